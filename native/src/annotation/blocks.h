/* SPDX-License-Identifier: Apache-2.0 */
/* The basic blocks of a function: stretches of machine code that run from the first instruction to the last, or not at all. */
#ifndef PROFBOUND_BLOCKS_H
#define PROFBOUND_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

struct block {
	/* From the function's begin on. */
	uint32_t offset;
	uint32_t bytes;
	uint32_t instructions;
};

/*
 * Finds the blocks in a function's code, up to the first byte that cannot be read as an instruction; where a jump by table
 * leads is not seen. Returns how many there are, in `*blocks`, which is the caller's to free.
 */
size_t blocks_find(const uint8_t *code, size_t size, struct block **blocks);

#endif
