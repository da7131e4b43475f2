/* SPDX-License-Identifier: Apache-2.0 */
/* Every distinct stack with its labels, how often it was seen and for how many nanoseconds. */
#ifndef PROFBOUND_STACKS_H
#define PROFBOUND_STACKS_H

#include "support/interner.h"

/* What a stack ends in at its root. */
enum stack_ending {
	/* A function that nothing called. */
	ENDING_COMPLETE,
	/* Where frame pointers led no further; complete if that is where threads begin, as all those that follow. */
	ENDING_CHAIN_ENDED,
	ENDING_NO_UNWIND_INFORMATION,
	ENDING_NOT_RISING,
	ENDING_STACK_UNREADABLE,
	ENDING_NO_MAPPING,
	ENDING_NO_TABLES,
	/* Deeper than what was kept. */
	ENDING_TRUNCATED,
	/* The thread runs in the kernel only. */
	ENDING_KERNEL_THREAD,
	/* There should be a user stack, but there is none. */
	ENDING_NO_USER_STACK,
	/* The process was never seen alive. */
	ENDING_PROCESS_GONE,
	/* Not a sample, but time known to be spent in the kernel. */
	ENDING_HIDDEN_KERNEL,
	/* A wait without a user's stack; the last frame says why. */
	ENDING_EXPLAINED,
};

/* What samples must share to be counted together, besides the frames. */
struct stack_key {
	/* The thread's name, a number of the caller's. */
	uint32_t thread;
	uint32_t pid;
	uint32_t tid;
	uint32_t cpu;
	/* enum stack_ending */
	uint32_t ending;
	/* Frames before the first of user mode. */
	uint32_t kernel_frames;
	/* Of a wait: what the thread's state is called, a number of the caller's. */
	uint32_t state;
	/* Whether frame pointers found some of the user's: what looks like a caller may be none. */
	uint32_t is_guessed;
};

struct stack {
	const struct stack_key *key;
	/* Numbers of the caller's, leaf first. */
	const uint32_t *frames;
	uint32_t depth;
	uint64_t count;
	uint64_t nanoseconds;
};

struct stack_weight {
	uint64_t count;
	uint64_t nanoseconds;
};

struct stacks {
	struct interner distinct;
	/* For each of `distinct`. */
	struct stack_weight *weights;
	uint32_t capacity;
	/* Scratch, for the bytes of one key and its frames. */
	uint32_t *scratch;
	uint32_t scratch_capacity;
};

/* Adds `count` samples of `nanoseconds` in all; returns the stack's index. */
uint32_t stacks_add(struct stacks *stacks, const struct stack_key *key, const uint32_t *frames, uint32_t depth,
		    uint64_t count, uint64_t nanoseconds);

/* Adds weight to the stack at `index`. */
void stacks_weigh(struct stacks *stacks, uint32_t index, uint64_t count, uint64_t nanoseconds);

uint32_t stacks_count(const struct stacks *stacks);

/* The stack at `index`, in order of first sight; valid until the next stacks_add(). */
struct stack stacks_at(const struct stacks *stacks, uint32_t index);

void stacks_free(struct stacks *stacks);

#endif
