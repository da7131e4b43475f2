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
#include "search.bpf.h"
#include "seen.bpf.h"

/* A row is six bytes, here in the lower ones of a word. */
#define ORC_ROW_BYTES 6
#define ORC_ROW_MASK 0xffffffffffffULL

/* Fields of a row: the caller's stack pointer and frame pointer are a register and an offset each. */
#define ORC_SP_OFFSET(row) ((__s64)(__s16)(row))
#define ORC_BP_OFFSET(row) ((__s64)(__s16)((row) >> 16))
#define ORC_SP_REGISTER(row) ((row) >> 32 & 15)
#define ORC_BP_REGISTER(row) ((row) >> 36 & 15)
#define ORC_TYPE(row) ((row) >> 40 & 7)
#define ORC_SIGNAL(row) ((row) >> 43 & 1)

enum orc_register {
	ORC_UNDEFINED = 0,
	ORC_PREVIOUS_SP = 1,
	ORC_BP = 4,
	ORC_SP = 5,
	ORC_BP_INDIRECT = 8,
	ORC_SP_INDIRECT = 9,
};

enum orc_type {
	ORC_TYPE_END = 1,
	ORC_TYPE_CALL = 2,
	ORC_TYPE_REGS = 3,
};

/* Of struct pt_regs, as the user ABI has it. */
#define REGISTERS_BP 32
#define REGISTERS_IP 128
#define REGISTERS_USER_MODE 3
#define EFLAGS_FIXED 2

struct kernel_table kernel_table;

/* Where the code of every 64th row lies, from the first's on. */
__u32 kernel_blocks[KERNEL_BLOCKS];

/* Rows by hashed address, as known_rules are: the rest of the address above the row. An empty one has no type. */
#define KNOWN_ROWS_BITS 12
#define KERNEL_CODE_BITS 26
#define KERNEL_TAG_BITS (KERNEL_CODE_BITS - KNOWN_ROWS_BITS)
__u64 known_rows[1 << KNOWN_ROWS_BITS];

_Static_assert(KERNEL_TAG_BITS + 8 * ORC_ROW_BYTES <= 64, "an entry is a word");

struct kernel_block {
	__s32 places[KERNEL_BLOCK_ROWS];
};

struct kernel_walk {
	__u64 ip;
	__u64 sp;
	__u64 bp;
	/* ip is where code was interrupted, not where a call returns to. */
	__u32 is_exact;
	__u32 depth;
	/* The row of the frame at hand. */
	__u64 row;
	__u64 frames[MAX_KERNEL_DEPTH];
};

/* What the callback of a walk needs; bpf_loop() wants it on the stack. */
struct kernel_progress {
	struct kernel_walk *walk;
	struct seen_callers *seen;
	struct kernel_block *block;
	int step;
};

/* The index of the last row for code that begins at or before `offset`, and so the row. False when it cannot be read. */
__noinline bool search_row(struct kernel_walk *walk, struct kernel_block *block, __u32 offset)
{
	__u64 low = 0, left, first, count = kernel_table.count, address;

	if (!walk || !block || !count || count > KERNEL_BLOCKS * KERNEL_BLOCK_ROWS)
		return false;
	left = (count + KERNEL_BLOCK_ROWS - 1) / KERNEL_BLOCK_ROWS;
	for (int i = 0; i < 15 && left > 1; i++) {
		__u64 half = left / 2;

		low += half & is_reached(kernel_blocks[(low + half) & (KERNEL_BLOCKS - 1)], offset);
		left -= half;
	}
	first = low * KERNEL_BLOCK_ROWS;
	if (first >= count)
		return false;
	left = count - first < KERNEL_BLOCK_ROWS ? count - first : KERNEL_BLOCK_ROWS;
	address = kernel_table.places + 4 * first;
	if (bpf_probe_read_kernel(block, sizeof(*block), (const void *)address))
		return false;
	/* Places are relative to themselves: brought to where the first row's code is, as the offset is. */
	address -= kernel_table.code;
	low = 0;
	for (int i = 0; i < 7 && left > 1; i++) {
		__u64 half = left / 2, at = (low + half) & (KERNEL_BLOCK_ROWS - 1);

		low += half & is_reached(address + 4 * at + (__s64)block->places[at], offset);
		left -= half;
	}
	walk->row = 0;
	return !bpf_probe_read_kernel(&walk->row, ORC_ROW_BYTES, (const void *)(kernel_table.rows + ORC_ROW_BYTES * (first + low)));
}

/* Puts the row for the code at an offset into walk->row. */
static __always_inline bool find_known_row(struct kernel_walk *walk, struct kernel_block *block, __u64 offset)
{
	__u64 mixed, found;
	volatile __u64 *known;

	mixed = (offset * 2654435769U) & ((1U << KERNEL_CODE_BITS) - 1);
	known = &known_rows[mixed >> KERNEL_TAG_BITS];
	mixed <<= 8 * ORC_ROW_BYTES;
	found = *known;
	walk->row = found & ORC_ROW_MASK;
	if (((found ^ mixed) & ~ORC_ROW_MASK) == 0 && ORC_TYPE(found))
		return true;
	if (!search_row(walk, block, offset))
		return false;
	*known = mixed | walk->row;
	return true;
}

/* The same for a caller's, which is likely to be the one that followed last time. */
static __always_inline bool find_callers_row(struct kernel_walk *walk, const struct kernel_progress *progress, __u64 offset)
{
	walk->row = seen_answer(progress->seen, offset);
	if (walk->row)
		return true;
	if (!find_known_row(walk, progress->block, offset))
		return false;
	seen_keep(progress->seen, offset, walk->row);
	return true;
}

/* Puts the row for the frame at hand into walk->row. */
static __always_inline bool find_row(struct kernel_walk *walk, const struct kernel_progress *progress)
{
	__u64 offset = walk->ip - !walk->is_exact - kernel_table.code;

	if (offset >= kernel_table.code_bytes)
		return false;
	return walk->is_exact ? find_known_row(walk, progress->block, offset) : find_callers_row(walk, progress, offset);
}

enum kernel_step { KERNEL_GOES_ON, KERNEL_ENDS, KERNEL_FAILS };

/* From interrupted code to what it was: `sp` leads to its registers. */
static __always_inline int step_to_registers(struct kernel_walk *walk, __u64 sp)
{
	struct {
		__u64 ip, cs, flags, sp;
	} saved;

	if (bpf_probe_read_kernel(&saved, sizeof(saved), (const void *)(sp + REGISTERS_IP)))
		return KERNEL_FAILS;
	if ((saved.cs & REGISTERS_USER_MODE) == REGISTERS_USER_MODE)
		return KERNEL_ENDS;
	if (ORC_BP_REGISTER(walk->row) != ORC_UNDEFINED ||
	    bpf_probe_read_kernel(&walk->bp, sizeof(walk->bp), (const void *)(sp + REGISTERS_BP)))
		return KERNEL_FAILS;
	walk->ip = saved.ip;
	walk->sp = saved.sp;
	return KERNEL_GOES_ON;
}

/* Whether it is no return address, but what a tracer put there to see the function return. */
static __always_inline bool is_traced(__u64 ip)
{
	return ip == kernel_table.returns[0] || ip == kernel_table.returns[1] || ip == kernel_table.returns[2];
}

/* From a function to its caller, which has called it with the stack pointer at `sp` behind the return address. */
static __always_inline int step_to_caller(struct kernel_walk *walk, __u64 sp)
{
	__u64 row = walk->row, bp_at = ORC_BP_OFFSET(row);
	__u64 saved[2];

	if (ORC_BP_REGISTER(row) == ORC_UNDEFINED) {
		if (bpf_probe_read_kernel(&walk->ip, sizeof(walk->ip), (const void *)(sp - 8)))
			return KERNEL_FAILS;
	} else {
		if (ORC_BP_REGISTER(row) == ORC_PREVIOUS_SP)
			bp_at += sp;
		else if (ORC_BP_REGISTER(row) == ORC_BP)
			bp_at += walk->bp;
		else
			return KERNEL_FAILS;
		/* Nearly always the word below the return address. */
		if (bp_at == sp - 16) {
			if (bpf_probe_read_kernel(saved, sizeof(saved), (const void *)(sp - 16)))
				return KERNEL_FAILS;
			walk->bp = saved[0];
			walk->ip = saved[1];
		} else if (bpf_probe_read_kernel(&walk->ip, sizeof(walk->ip), (const void *)(sp - 8)) ||
			   bpf_probe_read_kernel(&walk->bp, sizeof(walk->bp), (const void *)bp_at)) {
			return KERNEL_FAILS;
		}
	}
	walk->sp = sp;
	return is_traced(walk->ip) ? KERNEL_FAILS : KERNEL_GOES_ON;
}

/* The caller's stack pointer; false when the row tells it in a way that is not followed here. */
static __always_inline bool find_caller_sp(const struct kernel_walk *walk, __u64 *sp)
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
	if (bpf_probe_read_kernel(sp, sizeof(*sp), (const void *)at))
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

static long kernel_frame(__u32 index, struct kernel_progress *progress)
{
	struct kernel_walk *walk = progress->walk;

	if (index >= MAX_KERNEL_DEPTH) {
		progress->step = KERNEL_ENDS;
		return 1;
	}
	walk->frames[index] = walk->ip;
	walk->depth = index + 1;
	progress->step = find_row(walk, progress) ? step_kernel(walk) : KERNEL_FAILS;
	return progress->step != KERNEL_GOES_ON;
}

/* Walks from a perf event's registers in the kernel; false when that must be left to the kernel. */
static __always_inline bool walk_kernel(const struct bpf_perf_event_data *context, struct kernel_walk *walk,
					 struct seen_callers *seen, struct kernel_block *block)
{
	struct kernel_progress progress = { .walk = walk, .seen = seen, .block = block, .step = KERNEL_FAILS };

	/* Software events have registers that are no interrupt's. */
	if (!kernel_table.count || !(context->regs.flags & EFLAGS_FIXED))
		return false;
	walk->ip = context->regs.ip;
	walk->sp = context->regs.sp;
	walk->bp = context->regs.bp;
	walk->is_exact = 1;
	seen_begin(seen);
	bpf_loop(MAX_KERNEL_DEPTH + 1, kernel_frame, &progress, 0);
	return progress.step == KERNEL_ENDS;
}

#endif
