/* SPDX-License-Identifier: Apache-2.0 */
/* The calls in a function's machine code. */
#ifndef PROFBOUND_CALLS_H
#define PROFBOUND_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct call {
	/* From the function's begin on; the target only where the call is direct. */
	uint32_t offset;
	int64_t target;
	/* To where a pointer says. */
	bool is_indirect;
	/* A jump that leaves the function, or may: through a pointer. */
	bool is_tail;
};

/*
 * Finds calls in a function's code, up to the first byte that cannot be read as an instruction. Returns how many there are,
 * in `*calls`, which is the caller's to free.
 */
size_t calls_find(const uint8_t *code, size_t size, struct call **calls);

#endif
