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

#include "kernel_walk.bpf.h"
#include "unwind_packed.h"
#include "unwind_step.h"

/* Threads that never see user mode: PF_KTHREAD, PF_IO_WORKER, PF_USER_WORKER of the kernel. */
#define KERNEL_THREAD_FLAGS (0x00200000 | 0x00000010 | 0x00004000)

/* Frames kept of a user stack: --max-depth. */
const volatile __u32 max_depth = MAX_STACK_DEPTH;

/*
 * Rules of addresses that were met before. Stacks of a program are made of few return addresses, and the way to a rule by
 * page, chunk and row leads through memory that is in no cache when a sample comes; an entry is one word of it: from the
 * highest bit on what the entry's index does not say of the place in all tables, which never change, and the rule as
 * packed_rule() makes it. All CPUs share it: a word is read and written at once.
 */
#define KNOWN_RULES_BITS 12
#define PLACE_BITS 30
__u64 known_rules[1 << KNOWN_RULES_BITS];

_Static_assert(UNWIND_PAGES << UNWIND_PAGE_BITS == 1 << PLACE_BITS, "every place can be told");
_Static_assert(PLACE_BITS - KNOWN_RULES_BITS + PACKED_RULE_BITS <= 64, "an entry is a word");

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
	struct known_space space;
	/* The mapping of the last frame, and the one before it: most callers, and most leaves of the next stack, lie in them. */
	__u32 mapping;
	__u32 other_mapping;
	__u32 depth;
	__u32 by_frame_pointer;
	__s32 end;
	/* Behind each other what of both stacks is written nearly always: it is in one page. */
	struct kernel_walk kernel;
	struct stack_record record;
	struct seen_callers seen;
	/* Of the kernel's walk; and its scratch. */
	struct seen_callers kernel_seen;
	struct kernel_block block;
};

_Static_assert(sizeof(struct unwind_walk) <= 32 * 1024, "a per-CPU map's values are no larger");

/* What the callback of a walk needs; bpf_loop() wants it on the stack. */
struct unwind_progress {
	struct unwind_walk *walk;
	const struct unwind_space *space;
};

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

/* Puts the rule at a place in all tables into `to`; false when there is none. Returns it packed, too, or 0. */
static __always_inline bool find_known_rule(__u32 place, struct unwind_rule *to, __u64 *packed_to)
{
	__u32 number = place >> UNWIND_PAGE_BITS, index;
	__u64 mixed, found, packed;
	const struct unwind_rule *rule;
	struct unwind_page *page;
	volatile __u64 *known;
	__s32 row;

	/* By an odd number: no two places are mixed to one. */
	mixed = (__u64)place * 2654435769U & ((1U << PLACE_BITS) - 1);
	known = &known_rules[mixed >> (PLACE_BITS - KNOWN_RULES_BITS)];
	mixed <<= PACKED_RULE_BITS;
	found = *known;
	packed = found & ((1ULL << PACKED_RULE_BITS) - 1);
	*packed_to = packed;
	if (packed && (found ^ mixed) >> PACKED_RULE_BITS == 0) {
		unpack_rule(packed, to);
		return true;
	}
	page = bpf_map_lookup_elem(&pages, &number);
	if (!page || !page->count)
		return false;
	row = find_rule(page->first, page->count, place & UNWIND_PAGE_MASK);
	index = row;
	rule = row < 0 ? NULL : bpf_map_lookup_elem(&rules, &index);
	if (!rule)
		return false;
	*to = *rule;
	*packed_to = packed = packed_rule(rule);
	if (packed)
		*known = mixed | packed;
	return true;
}

/* The same for a caller's, which is likely to be the one that followed last time. */
static __always_inline bool find_callers_rule(struct seen_callers *seen, __u32 place, struct unwind_rule *to)
{
	__u64 packed = seen_answer(seen, place);

	if (packed) {
		unpack_rule(packed, to);
		return true;
	}
	if (!find_known_rule(place, to, &packed))
		return false;
	seen_keep(seen, place, packed);
	return true;
}

/* Puts the rule for the frame at hand into walk->rule; false when its file has no table there. */
static __always_inline bool find_linked(struct unwind_walk *walk, const struct unwind_mapping *mapping, __u64 address)
{
	__u32 number = mapping->first_page + (__u32)(address >> UNWIND_PAGE_BITS);
	__u32 place = number << UNWIND_PAGE_BITS | (address & UNWIND_PAGE_MASK);
	__u64 packed;

	if (number >= mapping->page_limit)
		return false;
	if (walk->state.is_exact)
		return find_known_rule(place, &walk->rule, &packed);
	return find_callers_rule(&walk->seen, place, &walk->rule);
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

	if (index >= max_depth || index >= MAX_STACK_DEPTH) {
		walk->end = UNWIND_TRUNCATED;
		return 1;
	}
	mapping = mapping_of(progress, code);
	if (!mapping) {
		walk->end = state->is_guess ? UNWIND_CHAIN_ENDED : UNWIND_NO_MAPPING;
		return 1;
	}
	if (!find_linked(walk, mapping, code - mapping->base))
		walk->rule.cfa = UNWIND_CFA_FRAME_POINTER;
	walk->has_table = mapping->page_limit != 0;
	if (walk->rule.cfa == UNWIND_CFA_FRAME_POINTER) {
		frame |= UNWIND_BY_FRAME_POINTER;
		walk->by_frame_pointer++;
	}
	/* Told again: the verifier forgets the bounds of what is kept on the stack. */
	barrier_var(index);
	walk->record.frames[index & (MAX_STACK_DEPTH - 1)] = frame;
	walk->depth = index + 1;
	walk->end = step_walk(walk);
	return walk->end != UNWIND_GOES_ON;
}

/* Walks from walk->registers. */
static __noinline int unwind_walk_up(struct task_struct *task, struct unwind_walk *walk)
{
	struct unwind_progress progress = { .walk = walk };
	__u64 begin = walk_clock();

	walk->depth = walk->by_frame_pointer = 0;
	walk->end = UNWIND_NO_SPACE;
	progress.space = space_of_process(task->tgid, &walk->space);
	if (progress.space) {
		unwind_begin(&walk->state, walk->registers);
		seen_begin(&walk->seen);
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
