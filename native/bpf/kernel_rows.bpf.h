/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A walk up the kernel's stack, and the row of its own unwind table (ORC) for each of its frames. */
#ifndef PROFBOUND_KERNEL_ROWS_BPF_H
#define PROFBOUND_KERNEL_ROWS_BPF_H

#include "known.bpf.h"
#include "search.bpf.h"
#include "seen.bpf.h"
#include "stack_window.bpf.h"

/* A row is six bytes, here in the lower ones of a word. */
#define ORC_ROW_BYTES 6

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

struct kernel_table kernel_table;

/* Where the code of each block's first row lies, from the table's first on. */
__u32 kernel_blocks[KERNEL_BLOCKS];

/* By page of code, the last block that begins at or before its first byte. */
__u16 kernel_pages[KERNEL_PAGES + 1];

_Static_assert(KERNEL_BLOCKS <= 1 << 16, "a block is told by 16 bits");

/* By address. A row that is 0 has no type: nothing leads on from there. */
__u64 known_rows[KNOWN_WORDS] KNOWN_ALIGNED;

_Static_assert(8 * ORC_ROW_BYTES <= KNOWN_ANSWER_BITS && 8 * ORC_ROW_BYTES <= SEEN_ANSWER_BITS, "an answer is a row");

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
	/* The row of the frame at hand; 0: not known yet. */
	__u64 row;
	/* Of what the table was searched for last: how far its row reaches before and ahead of it. */
	__u64 row_before;
	__u64 row_ahead;
	struct stack_window window;
	__u64 frames[MAX_KERNEL_DEPTH];
};

/* What the callback of a walk needs; bpf_loop() wants it on the stack. */
struct kernel_progress {
	struct kernel_walk *walk;
	struct seen_callers *seen;
	struct kernel_block *block;
	int step;
};

/* Where the code of a row of a block begins; the block is at `address`, from which places count, each from its own. */
static __always_inline __u64 place_in_block(const struct kernel_block *block, __u64 address, __u64 row)
{
	__u64 at = row & (KERNEL_BLOCK_ROWS - 1);

	return address + 4 * at + (__s64)block->places[at];
}

/* The last block from `low` to `high` that begins at or before `offset`. */
static __always_inline __u32 find_kernel_block(__u64 low, __u64 high, __u32 offset)
{
	__u64 left = high - low + 1;

	for (int i = 0; i < 17 && left > 1; i++) {
		__u64 half = left / 2;

		low += half & is_reached(kernel_blocks[(low + half) & (KERNEL_BLOCKS - 1)], offset);
		left -= half;
	}
	return low;
}

/* Puts the last row for code that begins at or before `offset` into walk->row. False when it cannot be read. */
__noinline bool search_row(struct kernel_walk *walk, struct kernel_block *block, __u32 offset)
{
	__u64 count = kernel_table.count, first, left, rows, row = 0, address;
	__u32 page = offset >> KERNEL_PAGE_BITS;

	if (!walk || !block || page >= KERNEL_PAGES)
		return false;
	first = KERNEL_BLOCK_ROWS * (__u64)find_kernel_block(kernel_pages[page], kernel_pages[page + 1], offset);
	if (first >= count)
		return false;
	left = rows = count - first < KERNEL_BLOCK_ROWS ? count - first : KERNEL_BLOCK_ROWS;
	address = kernel_table.places + 4 * first;
	if (bpf_probe_read_kernel(block, sizeof(*block), (const void *)address))
		return false;
	/* Places are relative to themselves: brought to where the first row's code is, as the offset is. */
	address -= kernel_table.code;
	for (int i = 0; i < 4 && left > 1; i++) {
		__u64 half = left / 2;

		row += half & is_reached(place_in_block(block, address, row + half), offset);
		left -= half;
	}
	/* Of the last row of a block no more is known than that it holds here. */
	walk->row_before = offset - place_in_block(block, address, row);
	walk->row_ahead = row + 1 < rows ? place_in_block(block, address, row + 1) - offset : 1;
	walk->row = 0;
	return !bpf_probe_read_kernel(&walk->row, ORC_ROW_BYTES, (const void *)(kernel_table.rows + ORC_ROW_BYTES * (first + row)));
}

/* Whether it is no return address, but what a tracer put there to see the function return. */
static __always_inline bool is_traced(__u64 ip)
{
	return ip == kernel_table.returns[0] || ip == kernel_table.returns[1] || ip == kernel_table.returns[2];
}

/* Puts the row for the frame at hand into walk->row by the table, and keeps it. */
static __always_inline bool find_row_of_table(struct kernel_walk *walk, const struct kernel_progress *progress, __u64 code)
{
	__u64 offset = code - kernel_table.code;

	if (offset >= kernel_table.code_bytes || !search_row(walk, progress->block, offset))
		return false;
	known_keep(known_rows, code, walk->row_before, walk->row_ahead, walk->row);
	return true;
}

/* The row for the frame at hand as it is remembered, of where code was interrupted by the code around; 0: it is not. */
static __always_inline __u64 remembered_row(const struct kernel_walk *walk, struct seen_callers *seen)
{
	return walk->is_exact ? known_answer(known_rows, walk->ip) : seen_answer(seen, walk->ip - 1);
}

/* Puts the row for the frame at hand into walk->row, unless it is there. */
static __always_inline bool find_row(struct kernel_walk *walk, const struct kernel_progress *progress)
{
	__u64 code = walk->ip - !walk->is_exact;

	if (walk->row)
		return true;
	if (is_traced(walk->ip))
		return false;
	if (!walk->is_exact)
		walk->row = known_answer(known_rows, code);
	if (!walk->row && !find_row_of_table(walk, progress, code))
		return false;
	if (!walk->is_exact)
		seen_keep(progress->seen, code, walk->row);
	return true;
}

#endif
