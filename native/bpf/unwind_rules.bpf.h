/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A walk up a user's stack, and the rule for each of its frames: as the tables say, which are looked at as seldom as can be. */
#ifndef PROFBOUND_UNWIND_RULES_BPF_H
#define PROFBOUND_UNWIND_RULES_BPF_H

#include "kernel_walk.bpf.h"
#include "stack_window.bpf.h"
#include "unwind_packed.h"

static __always_inline long unwind_read(void *memory, __u64 address, void *to, __u32 bytes);
static __always_inline long unwind_word(void *memory, __u64 address, __u64 *to);

#include "unwind_step.h"

/* By code_key(), as packed_rule() makes them. */
__u64 known_rules[KNOWN_WORDS] KNOWN_ALIGNED;

_Static_assert(PACKED_BITS <= KNOWN_ANSWER_BITS && PACKED_BITS <= SEEN_ANSWER_BITS, "an answer is a rule");

/* Mappings of the frames that were searched for last, and so of most that will be: few lines of memory for many. */
#define RECENT_MAPPINGS 4

struct recent_mappings {
	/* Of the space they are of, as it was filled. */
	__u64 mark;
	/* Where the next is put. */
	__u32 next;
	struct unwind_mapping mappings[RECENT_MAPPINGS];
};

/*
 * One walk, in memory of its caller's: what is of use to it alone, and the record it becomes. A program that can
 * interrupt another needs its own.
 */
struct unwind_walk {
	/* The leaf's, by enum unwind_register. */
	__u64 registers[UNWIND_REGISTERS];
	/* Here and not on the program's stack: the verifier would follow every value it can have. */
	struct unwind_state state;
	struct stack_window window;
	/* Of the frame at hand: what is remembered of its rule, packed, 0: nothing; and the rule once it is found. */
	__u64 remembered;
	struct unwind_rule rule;
	__u32 has_table;
	/* Of what the tables were searched for last: how far its row reaches before and ahead of it. */
	__u32 row_before;
	__u32 row_ahead;
	struct known_space space;
	struct known_member member;
	struct recent_mappings recent;
	__u32 depth;
	__s32 end;
	/* Behind each other what of both stacks is written nearly always: it is in one page. */
	struct kernel_walk kernel;
	struct stack_record record;
	struct seen_callers seen;
};

static __always_inline long unwind_read(void *memory, __u64 address, void *to, __u32 bytes)
{
	return bpf_probe_read_user(to, bytes, (const void *)address);
}

static __always_inline long unwind_word(void *memory, __u64 address, __u64 *to)
{
	struct unwind_walk *walk = memory;

	if (address & 7)
		return unwind_read(memory, address, to, sizeof(*to));
	if (!window_has(&walk->window, address) && !window_read(&walk->window, false, walk->state.rsp, address))
		return -1;
	*to = window_word(&walk->window, address);
	return 0;
}

_Static_assert(sizeof(struct unwind_walk) <= 32 * 1024, "a per-CPU map's values are no larger");

/* What code of a process is known by: its address, mixed with what its space, as it was filled, has in the upper bits. */
static __always_inline __u64 code_key(const struct unwind_walk *walk, __u64 code)
{
	return code ^ walk->space.mark;
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

/* The rule of the last row of a page that begins at or before `address`, an offset in it; tells walk->row_before and row_ahead. */
__noinline __s32 find_row_of_page(struct unwind_walk *walk, __u32 first, __u32 count, __u32 address)
{
	__u32 number = first / UNWIND_CHUNK_ROWS, zero = 0, end = 1 << UNWIND_PAGE_BITS;
	const struct unwind_row *rows;
	struct unwind_chunk *chunk;
	__u64 low = first, left = count;
	void *map;

	map = bpf_map_lookup_elem(&chunks, &number);
	if (!map || !walk)
		return -1;
	chunk = bpf_map_lookup_elem(map, &zero);
	if (!chunk)
		return -1;
	rows = chunk->rows;
	/* A page has a row for each of its addresses at most. */
	for (int i = 0; i <= UNWIND_PAGE_BITS && left > 1; i++) {
		__u64 half = left / 2;

		low += half & is_reached(rows[(low + half) & (UNWIND_CHUNK_ROWS - 1)].address, address);
		left -= half;
	}
	if (low + 1 < first + count)
		end = rows[(low + 1) & (UNWIND_CHUNK_ROWS - 1)].address;
	walk->row_before = address - rows[low & (UNWIND_CHUNK_ROWS - 1)].address;
	walk->row_ahead = end - address;
	return rows[low & (UNWIND_CHUNK_ROWS - 1)].rule;
}

/* Puts the rule of a mapping's table for a linked address into walk->rule; false when there is none. */
static __always_inline bool find_rule_of_table(struct unwind_walk *walk, const struct unwind_mapping *mapping, __u64 address)
{
	__u32 number = mapping->first_page + (__u32)(address >> UNWIND_PAGE_BITS), index;
	const struct unwind_rule *rule;
	struct unwind_page *page;
	__s32 row;

	/* Where there are no rows all code around is alike. */
	walk->row_before = walk->row_ahead = KNOWN_CODE_BYTES;
	if (number >= mapping->page_limit)
		return false;
	page = bpf_map_lookup_elem(&pages, &number);
	if (!page || !page->count)
		return false;
	row = find_row_of_page(walk, page->first, page->count, address & UNWIND_PAGE_MASK);
	index = row;
	rule = row < 0 ? NULL : bpf_map_lookup_elem(&rules, &index);
	if (!rule)
		return false;
	walk->rule = *rule;
	return true;
}

/* The mapping of code, by the walk's space, among the recent ones; NULL: there is none. */
static __always_inline const struct unwind_mapping *search_mapping(struct unwind_walk *walk, __u64 code)
{
	const struct unwind_space *space = space_of_number(walk->space.number);
	struct unwind_mapping *recent = &walk->recent.mappings[walk->recent.next % RECENT_MAPPINGS];
	const struct unwind_mapping *mapping;

	/* Nothing of a user is that high, and higher addresses would not compare as signed numbers. */
	if (!space || code >> 62)
		return NULL;
	mapping = &space->mappings[find_mapping(space, code) & (UNWIND_MAPPINGS - 1)];
	if (!is_in(mapping, code))
		return NULL;
	*recent = *mapping;
	walk->recent.next++;
	return recent;
}

static __always_inline const struct unwind_mapping *mapping_of(struct unwind_walk *walk, __u64 code)
{
	if (walk->recent.mark != walk->space.mark)
		walk->recent = (struct recent_mappings){ .mark = walk->space.mark };
	for (int i = 0; i < RECENT_MAPPINGS; i++) {
		if (is_in(&walk->recent.mappings[i], code))
			return &walk->recent.mappings[i];
	}
	return search_mapping(walk, code);
}

/* Puts the rule for the frame at hand into walk->rule, by the tables or by what its code is like, and keeps it; returns as find_rule(). */
static __always_inline int search_rule(struct unwind_walk *walk, __u64 code, __u64 key)
{
	const struct unwind_state *state = &walk->state;
	const struct unwind_mapping *mapping = mapping_of(walk, code);
	__u64 packed = 0;
	bool has_rule;

	if (!mapping)
		return state->is_guess ? UNWIND_CHAIN_ENDED : UNWIND_NO_MAPPING;
	walk->has_table = mapping->page_limit != 0;
	has_rule = find_rule_of_table(walk, mapping, code - mapping->base);
	if (!has_rule)
		walk->rule.cfa = unwind_without_rule(walk, state, walk->has_table);
	if (walk->rule.cfa == UNWIND_CFA_FRAME_POINTER)
		packed = packed_frame_pointer(walk->has_table);
	else if (has_rule)
		packed = packed_rule(&walk->rule);
	known_keep(known_rules, key, walk->row_before, walk->row_ahead, packed);
	if (!state->is_exact)
		seen_keep(&walk->seen, key, packed);
	return UNWIND_GOES_ON;
}

/* What of the frame at hand is remembered, of its leaf by the code around, of a caller by itself; 0: nothing. */
static __always_inline __u64 remembered_rule(struct unwind_walk *walk)
{
	__u64 key = code_key(walk, unwind_code(&walk->state));

	return walk->state.is_exact ? known_answer(known_rules, key) : seen_answer(&walk->seen, key);
}

/* Puts the rule for the frame at hand into walk->rule; returns UNWIND_GOES_ON, or how the walk ends where there can be none. */
static __always_inline int find_rule(struct unwind_walk *walk)
{
	__u64 code = unwind_code(&walk->state), key = code_key(walk, code), packed = walk->remembered;

	if (!packed && !walk->state.is_exact) {
		packed = known_answer(known_rules, key);
		/* What a caller returns to may yet be a trampoline's. */
		if (PACKED_GUESSED(packed))
			packed = 0;
		seen_keep(&walk->seen, key, packed);
	}
	if (!packed)
		return search_rule(walk, code, key);
	unpack_rule(packed, &walk->rule);
	walk->has_table = true;
	if (PACKED_GUESSED(packed)) {
		walk->rule.cfa = UNWIND_CFA_FRAME_POINTER;
		walk->has_table = PACKED_HAS_TABLE(packed);
	}
	return UNWIND_GOES_ON;
}

#endif
