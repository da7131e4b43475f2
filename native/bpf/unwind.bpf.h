/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * User stacks, by the tables that the collector made of the files' unwind information, and by frame pointers where code
 * has none. Needs bpf_loop(): Linux 5.17.
 */
#ifndef PROFBOUND_UNWIND_BPF_H
#define PROFBOUND_UNWIND_BPF_H

static __always_inline long unwind_read(void *memory, __u64 address, void *to, __u32 bytes)
{
	return bpf_probe_read_user(to, bytes, (const void *)address);
}

#include "unwind_step.h"

/* Threads that never see user mode: PF_KTHREAD, PF_IO_WORKER, PF_USER_WORKER of the kernel. */
#define KERNEL_THREAD_FLAGS (0x00200000 | 0x00000010 | 0x00004000)

/* Frames kept of a user stack: --max-depth. */
const volatile __u32 max_depth = MAX_STACK_DEPTH;

/* Whether what walks take is measured, which itself takes some 50 ns of each. */
const volatile bool time_stacks;

static __always_inline __u64 walk_clock(void)
{
	return time_stacks ? bpf_ktime_get_ns() : 0;
}

/*
 * Rules of addresses that were met before. Stacks of a program are made of few return addresses, and the way to a rule by
 * page, chunk and row leads through memory that is in no cache when a sample comes; an entry is one word of it: the place
 * in all tables, which never change, and the rule's index. All CPUs share it: a word is read and written at once.
 */
#define KNOWN_RULES_BITS 12
__u64 known_rules[1 << KNOWN_RULES_BITS];

/*
 * One walk, in memory of its caller's: what is of use to it alone, and the record it becomes. A program that can
 * interrupt another needs its own.
 */
struct unwind_walk {
	/* The leaf's, by enum unwind_register. */
	__u64 registers[UNWIND_REGISTERS];
	/* Here and not on the program's stack: the verifier would follow every value it can have. */
	struct unwind_state state;
	/* Of the frame at hand. */
	struct unwind_rule rule;
	__u32 has_table;
	/* The mapping of the last frame, and the one before it: most callers, and most leaves of the next stack, lie in them. */
	__u32 mapping;
	__u32 other_mapping;
	__u32 depth;
	__u32 by_frame_pointer;
	__s32 end;
	struct stack_record record;
	/* As the kernel gives its own stack, before the record takes it. */
	__u64 kernel[MAX_KERNEL_DEPTH];
};

/* What the callback of a walk needs; bpf_loop() wants it on the stack. */
struct unwind_progress {
	struct unwind_walk *walk;
	const struct unwind_space *space;
};

/* All ones where `start` is not behind `address`, else zero. No branch: the verifier would follow both ways each time. */
static __always_inline __u64 is_reached(__u64 start, __u64 address)
{
	__u64 mask = (__s64)(start - address - 1) >> 63;

	barrier_var(mask);
	return mask;
}

/* The index of the last mapping that begins at or before `address`. Those behind the last begin at the end of all memory. */
__noinline __u32 find_mapping(const struct unwind_space *space, __u64 address)
{
	__u64 low = 0;

	if (!space)
		return 0;
#pragma unroll
	for (__u32 step = UNWIND_MAPPINGS / 2; step; step /= 2)
		low += step & is_reached(space->mappings[(low + step) & (UNWIND_MAPPINGS - 1)].start, address);
	return low;
}

static __always_inline bool is_in(const struct unwind_mapping *mapping, __u64 address)
{
	return address - mapping->start < mapping->end - mapping->start;
}

/* The rule of the last row of a page that begins at or before `address`, an offset in it. */
__noinline __s32 find_rule(__u32 first, __u32 count, __u32 address)
{
	__u32 number = first / UNWIND_CHUNK_ROWS, zero = 0;
	struct unwind_chunk *chunk;
	__u64 low = first, left = count;
	void *map;

	map = bpf_map_lookup_elem(&chunks, &number);
	if (!map)
		return -1;
	chunk = bpf_map_lookup_elem(map, &zero);
	if (!chunk)
		return -1;
	/* A page has a row for each of its addresses at most. */
	for (int i = 0; i <= UNWIND_PAGE_BITS && left > 1; i++) {
		__u64 half = left / 2;

		low += half & is_reached(chunk->rows[(low + half) & (UNWIND_CHUNK_ROWS - 1)].address, address);
		left -= half;
	}
	return chunk->rows[low & (UNWIND_CHUNK_ROWS - 1)].rule;
}

/* The rule for linked address `address` of a file; NULL when its file has no table there. */
static __always_inline const struct unwind_rule *find_linked(const struct unwind_mapping *mapping, __u64 address)
{
	__u32 number = mapping->first_page + (__u32)(address >> UNWIND_PAGE_BITS), index;
	__u64 place = ((__u64)number << UNWIND_PAGE_BITS | (address & UNWIND_PAGE_MASK)) + 1;
	volatile __u64 *known = &known_rules[(__u32)place * 2654435769U >> (32 - KNOWN_RULES_BITS)];
	__u64 found = *known;

	if (number >= mapping->page_limit)
		return NULL;
	index = found & 0xffff;
	if (found >> 16 != place) {
		struct unwind_page *page = bpf_map_lookup_elem(&pages, &number);
		__s32 rule;

		if (!page || !page->count)
			return NULL;
		rule = find_rule(page->first, page->count, address & UNWIND_PAGE_MASK);
		if (rule < 0)
			return NULL;
		index = rule;
		*known = place << 16 | index;
	}
	return bpf_map_lookup_elem(&rules, &index);
}

static __always_inline const struct unwind_mapping *mapping_of(const struct unwind_progress *progress, __u64 code)
{
	struct unwind_walk *walk = progress->walk;
	__u32 last = walk->mapping;
	const struct unwind_mapping *mapping = &progress->space->mappings[last & (UNWIND_MAPPINGS - 1)];

	if (is_in(mapping, code))
		return mapping;
	walk->mapping = walk->other_mapping;
	walk->other_mapping = last;
	mapping = &progress->space->mappings[walk->mapping & (UNWIND_MAPPINGS - 1)];
	if (is_in(mapping, code))
		return mapping;
	/* Nothing of a user is that high, and higher addresses would not compare as signed numbers. */
	if (code >> 62)
		return NULL;
	walk->mapping = find_mapping(progress->space, code);
	mapping = &progress->space->mappings[walk->mapping & (UNWIND_MAPPINGS - 1)];
	return is_in(mapping, code) ? mapping : NULL;
}

/* A function of its own, as the searches are, so that the verifier looks at it once and not for every way to it. */
__noinline int step_walk(struct unwind_walk *walk)
{
	if (!walk)
		return UNWIND_NO_RULE;
	return unwind_step(NULL, &walk->rule, walk->has_table, walk->registers, &walk->state);
}

/* One frame: finds its rule, keeps it, and steps to its caller. Returns 1 when the walk is over. */
static long unwind_frame(__u32 index, struct unwind_progress *progress)
{
	struct unwind_walk *walk = progress->walk;
	struct unwind_state *state = &walk->state;
	__u64 code = unwind_code(state), frame = state->rip | (state->is_exact && index ? UNWIND_INTERRUPTED : 0);
	const struct unwind_mapping *mapping;
	const struct unwind_rule *rule;

	if (index >= max_depth || index >= MAX_STACK_DEPTH) {
		walk->end = UNWIND_TRUNCATED;
		return 1;
	}
	mapping = mapping_of(progress, code);
	if (!mapping) {
		walk->end = state->is_guess ? UNWIND_CHAIN_ENDED : UNWIND_NO_MAPPING;
		return 1;
	}
	rule = find_linked(mapping, code - mapping->base);
	walk->rule.cfa = UNWIND_CFA_FRAME_POINTER;
	if (rule)
		walk->rule = *rule;
	walk->has_table = mapping->page_limit != 0;
	if (walk->rule.cfa == UNWIND_CFA_FRAME_POINTER) {
		frame |= UNWIND_BY_FRAME_POINTER;
		walk->by_frame_pointer++;
	}
	walk->record.frames[index] = frame;
	walk->depth = index + 1;
	walk->end = step_walk(walk);
	return walk->end != UNWIND_GOES_ON;
}

/* Walks from walk->registers. */
static __noinline int unwind_walk_up(struct task_struct *task, struct unwind_walk *walk)
{
	struct unwind_progress progress = { .walk = walk };
	__u32 tgid = task->tgid, *number;
	__u64 begin = walk_clock();

	walk->depth = walk->by_frame_pointer = 0;
	walk->end = UNWIND_NO_SPACE;
	number = bpf_map_lookup_elem(&space_of, &tgid);
	progress.space = number ? bpf_map_lookup_elem(&spaces, number) : NULL;
	if (progress.space) {
		unwind_begin(&walk->state, walk->registers);
		bpf_loop(MAX_STACK_DEPTH + 1, unwind_frame, &progress, 0);
	}
	/* The leaf is where it is, whatever is known of it. */
	if (walk->depth == 0) {
		walk->record.frames[0] = walk->registers[UNWIND_RIP];
		walk->depth = 1;
	}
	__sync_fetch_and_add(&totals.frames_by_frame_pointer, walk->by_frame_pointer);
	__sync_fetch_and_add(&totals.frames_by_table, walk->depth - walk->by_frame_pointer);
	walk->record.user_depth = walk->depth;
	walk->record.end = walk->end;
	if (time_stacks)
		__sync_fetch_and_add(&totals.user_walk_nanoseconds, walk_clock() - begin);
	return walk->end;
}

#define COPY_REGISTERS(walk, from)                                                                                             \
	do {                                                                                                                   \
		__u64 *to = (walk)->registers;                                                                                 \
		to[UNWIND_RAX] = (from)->ax, to[UNWIND_RDX] = (from)->dx, to[UNWIND_RCX] = (from)->cx;                         \
		to[UNWIND_RBX] = (from)->bx, to[UNWIND_RSI] = (from)->si, to[UNWIND_RDI] = (from)->di;                         \
		to[UNWIND_RBP] = (from)->bp, to[UNWIND_RSP] = (from)->sp, to[8] = (from)->r8, to[9] = (from)->r9;              \
		to[10] = (from)->r10, to[11] = (from)->r11, to[12] = (from)->r12, to[13] = (from)->r13;                        \
		to[14] = (from)->r14, to[15] = (from)->r15, to[UNWIND_RIP] = (from)->ip;                                       \
	} while (0)

/*
 * Fills walk->record's frames, user_depth and end with the user stack of `task`, which must be current, as it was when
 * it entered the kernel. Returns enum unwind_end.
 */
static __always_inline int unwind_task(struct task_struct *task, struct unwind_walk *walk)
{
	struct pt_regs *registers;

	walk->record.user_depth = 0;
	walk->record.end = UNWIND_NO_USER;
	if (task->flags & KERNEL_THREAD_FLAGS)
		return UNWIND_NO_USER;
	registers = (struct pt_regs *)bpf_task_pt_regs(task);
	COPY_REGISTERS(walk, registers);
	return unwind_walk_up(task, walk);
}

/* The same for a task that a perf event interrupted, in user mode or in the kernel. */
static __always_inline int unwind_event(struct bpf_perf_event_data *context, struct task_struct *task,
					struct unwind_walk *walk)
{
	/* Privilege level 3: the event's registers are the user's own. */
	if ((context->regs.cs & 3) != 3)
		return unwind_task(task, walk);
	COPY_REGISTERS(walk, &context->regs);
	return unwind_walk_up(task, walk);
}

#endif
