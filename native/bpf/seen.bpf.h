/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What was found for callers that were met before, each beside the one that followed it then. A walk comes by the same callers
 * again and again, mostly in the same order, and what it needs of each then lies side by side in a few lines of memory; each in a
 * line of its own, as in a table by hashed address, would have to be waited for.
 */
#ifndef PROFBOUND_SEEN_BPF_H
#define PROFBOUND_SEEN_BPF_H

/* A program's stacks of a while have some hundred callers. Both tables have to fit a per-CPU map's 32 KiB, with all else of a walk. */
#define SEEN_BITS 9
#define SEEN_CALLERS (1 << SEEN_BITS)
#define SEEN_ANSWER_BITS 48
/* Twice as many places as callers: two of which have the same place seldom put each other out. */
#define SEEN_PLACE_BITS (SEEN_BITS + 1)

struct seen_caller {
	/* 0: none. */
	__u64 key;
	/* From the lowest bit on the answer, 0: none; and the caller that followed, by its place here, 0: not known. */
	__u64 answer_next;
};

/* One CPU's, for one kind of program: nothing else writes while it reads. */
struct seen_callers {
	/* By hashed key, where it was put last. */
	__u16 places[1 << SEEN_PLACE_BITS];
	/* The place that was filled last. */
	__u32 filled;
	/* Of the walk at hand: the place of its last caller, and of that which should follow. Place 0 is what walks begin with. */
	__u16 last;
	__u16 expected;
	struct seen_caller callers[SEEN_CALLERS];
};

static __always_inline __u64 answer_of(const struct seen_caller *caller)
{
	return caller->answer_next & ((1ULL << SEEN_ANSWER_BITS) - 1);
}

static __always_inline __u16 next_of(const struct seen_caller *caller)
{
	return caller->answer_next >> SEEN_ANSWER_BITS;
}

/* A walk begins: its first caller is expected to be that of the last walk. */
static __always_inline void seen_begin(struct seen_callers *seen)
{
	seen->last = 0;
	seen->expected = next_of(&seen->callers[0]);
}

static __always_inline __u16 *seen_place(struct seen_callers *seen, __u64 key)
{
	return &seen->places[key * 0x9e3779b97f4a7c15ULL >> (64 - SEEN_PLACE_BITS)];
}

/* The caller that should follow. */
static __always_inline const struct seen_caller *seen_expected(const struct seen_callers *seen)
{
	return &seen->callers[seen->expected & (SEEN_CALLERS - 1)];
}

/* It did. */
static __always_inline void seen_confirm(struct seen_callers *seen, const struct seen_caller *caller)
{
	seen->last = seen->expected;
	seen->expected = next_of(caller);
}

/* The walk has come to the caller at another place. */
static __always_inline void seen_follow(struct seen_callers *seen, __u16 place)
{
	struct seen_caller *last = &seen->callers[seen->last & (SEEN_CALLERS - 1)];

	last->answer_next = answer_of(last) | (__u64)place << SEEN_ANSWER_BITS;
	seen->last = place;
	seen->expected = next_of(&seen->callers[place & (SEEN_CALLERS - 1)]);
}

/* The answer for the walk's next caller, or 0. */
static __always_inline __u64 seen_answer(struct seen_callers *seen, __u64 key)
{
	const struct seen_caller *caller = seen_expected(seen);
	__u16 place;

	if (caller->key == key) {
		seen_confirm(seen, caller);
		return answer_of(caller);
	}
	place = *seen_place(seen, key) & (SEEN_CALLERS - 1);
	caller = &seen->callers[place];
	if (caller->key != key)
		return 0;
	seen_follow(seen, place);
	return answer_of(caller);
}

/* Keeps what was found for the walk's next caller, which has no answer yet, in the place of the oldest; unless that is 0. */
static __always_inline void seen_keep(struct seen_callers *seen, __u64 key, __u64 answer)
{
	__u32 place = (seen->filled + 1) & (SEEN_CALLERS - 1);

	if (!answer)
		return;
	place += !place;
	seen->filled = place;
	seen->callers[place & (SEEN_CALLERS - 1)] = (struct seen_caller){ .key = key, .answer_next = answer };
	*seen_place(seen, key) = place;
	seen_follow(seen, place);
}

#endif
