/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The basic blocks of a function, stretches of machine code that run from the first instruction to the last or not at all, and which
 * may run behind which.
 */
#ifndef PROFBOUND_BLOCKS_H
#define PROFBOUND_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "annotation/jump_tables.h"

/* Where a block may lead besides to blocks of the function that are known. */
enum block_exit {
	BLOCK_STAYS,
	/* Out of the function: it returns, or ends by a jump. */
	BLOCK_LEAVES,
	/* To where a pointer says: by a table to another block, or out of the function. */
	BLOCK_GOES_BY_POINTER,
};

struct block {
	/* From the function's begin on. */
	uint32_t offset;
	uint32_t bytes;
	uint32_t instructions;
	/* The block behind it may be next. */
	bool goes_on;
	/* That at `target` may be next. */
	bool jumps;
	uint32_t target;
	enum block_exit exit;
	/* A table of jumps leads here. */
	bool is_case;
};

/*
 * Finds the blocks in a function's code, up to the first byte that cannot be read as an instruction; which tables a jump by
 * pointer goes by is not known, only that it is one, and where the function's tables lead. Calls return. Returns how many there
 * are, in `*blocks`, which is the caller's to free. `memory` is of the function's file; NULL: no tables are looked for.
 */
size_t blocks_find(const uint8_t *code, size_t size, const struct linked_memory *memory, struct block **blocks);

#endif
