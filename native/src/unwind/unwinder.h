/* SPDX-License-Identifier: Apache-2.0 */
/* The unwinder in user mode: the same steps as in the kernel, over a copy of a stack. */
#ifndef PROFBOUND_UNWINDER_H
#define PROFBOUND_UNWINDER_H

#include "unwind/store.h"

struct stack_copy {
	/* Where the first byte was. */
	uint64_t address;
	const uint8_t *bytes;
	size_t size;
};

/* The mapping that holds `address`, or NULL. */
const struct unwind_mapping *unwinder_mapping(const struct unwind_space *space, uint64_t address);

struct stack_walk {
	/* Leaf first, with UNWIND_BY_FRAME_POINTER and UNWIND_INTERRUPTED where they apply; at least the leaf's. */
	uint64_t *frames;
	/* Frames there is room for. */
	uint32_t limit;
	uint32_t depth;
	enum unwind_end end;
	/* UNWIND_NO_MAPPING: where nothing is mapped. */
	uint64_t missing;
};

/*
 * Walks up from the leaf whose `registers` (by enum unwind_register) are given; `walk` comes with its frames and limit,
 * and gets the rest. What lies outside the copy counts as UNWIND_UNREADABLE.
 */
void unwinder_walk(const struct store *store, const struct unwind_space *space, const uint64_t *registers,
		   const struct stack_copy *stack, struct stack_walk *walk);

#endif
