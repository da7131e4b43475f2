/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's part of a stack, by the kernel's own table. bpf_get_stack() looks every frame up anew, in memory that is in
 * no cache when a sample comes, and takes half a microsecond each. Here, rows of addresses that were met before are kept.
 *
 * Whatever is not plain (code of modules and programs, traced functions, entries in their middle) is left to bpf_get_stack(),
 * for the whole stack: what is found here is what it would find, frame by frame.
 */
#ifndef PROFBOUND_KERNEL_WALK_BPF_H
#define PROFBOUND_KERNEL_WALK_BPF_H

#include "clock.bpf.h"
#include "kernel_rows.bpf.h"

/* Of struct pt_regs, as the user ABI has it. */
#define REGISTERS_BP 32
#define REGISTERS_IP 128
#define REGISTERS_CS 136
#define REGISTERS_SP 152
#define REGISTERS_USER_MODE 3
#define EFLAGS_FIXED 2

/* Puts a word of the stack into `to`; false when it cannot be read. */
static __always_inline bool kernel_word(struct kernel_walk *walk, __u64 address, __u64 *to)
{
	if (!window_has(&walk->window, address) && !window_read(&walk->window, true, walk->sp, address))
		return false;
	*to = window_word(&walk->window, address);
	return true;
}

enum kernel_step { KERNEL_GOES_ON, KERNEL_ENDS, KERNEL_FAILS };

/* From interrupted code to what it was: `sp` leads to its registers. */
static __always_inline int step_to_registers(struct kernel_walk *walk, __u64 sp)
{
	__u64 cs;

	if (!kernel_word(walk, sp + REGISTERS_CS, &cs))
		return KERNEL_FAILS;
	if ((cs & REGISTERS_USER_MODE) == REGISTERS_USER_MODE)
		return KERNEL_ENDS;
	if (ORC_BP_REGISTER(walk->row) != ORC_UNDEFINED || !kernel_word(walk, sp + REGISTERS_BP, &walk->bp) ||
	    !kernel_word(walk, sp + REGISTERS_IP, &walk->ip) || !kernel_word(walk, sp + REGISTERS_SP, &walk->sp))
		return KERNEL_FAILS;
	return KERNEL_GOES_ON;
}

/* From a function to its caller, which has called it with the stack pointer at `sp` behind the return address. */
static __always_inline int step_to_caller(struct kernel_walk *walk, __u64 sp)
{
	__u64 row = walk->row, bp_at = ORC_BP_OFFSET(row);

	if (!kernel_word(walk, sp - 8, &walk->ip))
		return KERNEL_FAILS;
	if (ORC_BP_REGISTER(row) != ORC_UNDEFINED) {
		if (ORC_BP_REGISTER(row) == ORC_PREVIOUS_SP)
			bp_at += sp;
		else if (ORC_BP_REGISTER(row) == ORC_BP)
			bp_at += walk->bp;
		else
			return KERNEL_FAILS;
		if (!kernel_word(walk, bp_at, &walk->bp))
			return KERNEL_FAILS;
	}
	walk->sp = sp;
	return KERNEL_GOES_ON;
}

/* The caller's stack pointer; false when the row tells it in a way that is not followed here. */
static __always_inline bool find_caller_sp(struct kernel_walk *walk, __u64 *sp)
{
	__u64 row = walk->row, number = ORC_SP_REGISTER(row), at = walk->sp, offset = ORC_SP_OFFSET(row);

	if (number == ORC_BP || number == ORC_BP_INDIRECT)
		at = walk->bp;
	else if (number != ORC_SP && number != ORC_SP_INDIRECT)
		return false;
	if (number == ORC_SP || number == ORC_BP) {
		*sp = at + offset;
		return true;
	}
	/* Realigned stacks, by a word in the frame; and the way back from the stack that interrupts are handled on. */
	if (number == ORC_BP_INDIRECT) {
		at += offset;
		offset = 0;
	}
	if (!kernel_word(walk, at, sp))
		return false;
	*sp += offset;
	return true;
}

__noinline int step_kernel(struct kernel_walk *walk)
{
	__u64 row, sp = 0;

	if (!walk)
		return KERNEL_FAILS;
	row = walk->row;
	if (ORC_TYPE(row) == ORC_TYPE_END)
		return KERNEL_ENDS;
	if (!find_caller_sp(walk, &sp))
		return KERNEL_FAILS;
	walk->is_exact = ORC_SIGNAL(row);
	if (ORC_TYPE(row) == ORC_TYPE_REGS)
		return step_to_registers(walk, sp);
	if (ORC_TYPE(row) != ORC_TYPE_CALL || (sp <= walk->sp && ORC_SP_REGISTER(row) != ORC_SP_INDIRECT))
		return KERNEL_FAILS;
	return step_to_caller(walk, sp);
}

/*
 * Whether a row is plain: of a call, the caller's stack pointer is the stack or frame pointer and an offset, and its frame pointer as it
 * was or on the stack. Which of both each is, the lowest bit of its part says.
 */
#define ORC_IS_PLAIN(row) (((row) >> 32 & (0xfff ^ 0x11)) == (ORC_TYPE_CALL << 8 | ORC_BP))

_Static_assert(ORC_SP == (ORC_BP | 1) && ORC_PREVIOUS_SP == (ORC_UNDEFINED | 1), "the lowest bits differ, and are set for the stack");

/* Frames that are followed in one turn of a walk. */
#define FOLLOWED_KERNEL_FRAMES 8

/* Follows frames as long as their rows are remembered and plain, and all of a frame is in the window. */
__noinline int follow_kernel_frames(struct kernel_walk *walk, struct seen_callers *seen)
{
	__u64 ip, sp, bp, row;
	__u32 depth, first;

	if (!walk || !seen)
		return 0;
	ip = walk->ip, sp = walk->sp, bp = walk->bp, row = walk->row;
	depth = first = walk->depth;
	for (int i = 0; i < FOLLOWED_KERNEL_FRAMES; i++) {
		__u64 next_sp, bp_at;

		if (!ORC_IS_PLAIN(row))
			break;
		next_sp = either(ORC_SP_REGISTER(row), sp, bp) + ORC_SP_OFFSET(row);
		if (next_sp <= sp ||
		    (!window_has(&walk->window, next_sp - 8) && !window_read(&walk->window, true, sp, next_sp - 8)))
			break;
		/* What is not saved is read where the return address is, and not used. */
		bp_at = next_sp + either(ORC_BP_REGISTER(row), ORC_BP_OFFSET(row), -8);
		if (!window_has(&walk->window, bp_at))
			break;
		/* Told here: the verifier would not follow a bound from one turn to the next. */
		barrier_var(depth);
		if (depth >= MAX_KERNEL_DEPTH)
			break;
		walk->frames[depth] = ip;
		depth++;
		ip = window_word(&walk->window, next_sp - 8);
		sp = next_sp;
		bp = either(ORC_BP_REGISTER(row), window_word(&walk->window, bp_at), bp);
		row = seen_answer(seen, ip - 1);
	}
	if (depth == first)
		return 0;
	walk->depth = depth;
	walk->ip = ip;
	walk->sp = sp;
	walk->bp = bp;
	walk->row = row;
	walk->is_exact = 0;
	return depth - first;
}

/* A turn of the walk: frames that are plain and remembered, and the next that is not. Returns 1 when the walk is over. */
static long kernel_turn(__u32 index, struct kernel_progress *progress)
{
	struct kernel_walk *walk = progress->walk;
	__u32 depth;

	if (follow_kernel_frames(walk, progress->seen) == FOLLOWED_KERNEL_FRAMES)
		return 0;
	depth = walk->depth;
	if (depth >= MAX_KERNEL_DEPTH) {
		progress->step = KERNEL_ENDS;
		return 1;
	}
	walk->frames[depth] = walk->ip;
	walk->depth = depth + 1;
	progress->step = find_row(walk, progress) ? step_kernel(walk) : KERNEL_FAILS;
	if (progress->step != KERNEL_GOES_ON)
		return 1;
	walk->row = remembered_row(walk, progress->seen);
	return 0;
}

/* What stays from walk to walk, and scratch: of perf events, the only ones whose kernel stacks are walked here. */
struct kernel_memory {
	struct seen_callers seen;
	struct kernel_block block;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kernel_memory);
} kernel_memories SEC(".maps");

/* Walks from a perf event's registers in the kernel; false when that must be left to the kernel. */
static __always_inline bool walk_kernel(const struct bpf_perf_event_data *context, struct kernel_walk *walk)
{
	__u32 zero = 0;
	struct kernel_memory *memory = bpf_map_lookup_elem(&kernel_memories, &zero);
	struct kernel_progress progress = { .walk = walk, .step = KERNEL_FAILS };

	if (!memory)
		return false;
	/* Software events have registers that are no interrupt's. */
	if (!kernel_table.count || !(context->regs.flags & EFLAGS_FIXED))
		return false;
	walk->ip = context->regs.ip;
	walk->sp = context->regs.sp;
	walk->bp = context->regs.bp;
	walk->is_exact = 1;
	walk->depth = 0;
	window_forget(&walk->window);
	progress.seen = &memory->seen;
	progress.block = &memory->block;
	seen_begin(&memory->seen);
	walk->row = remembered_row(walk, &memory->seen);
	bpf_loop(MAX_KERNEL_DEPTH + 1, kernel_turn, &progress, 0);
	return progress.step == KERNEL_ENDS;
}

#endif
