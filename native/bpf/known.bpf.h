/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What tables say of code that was met before. The way through a table leads through memory that is in no cache when a sample comes;
 * here an answer is one line of it, and holds for as much of 64 bytes of code as its row does.
 */
#ifndef PROFBOUND_KNOWN_BPF_H
#define PROFBOUND_KNOWN_BPF_H

#define KNOWN_BITS 12
#define KNOWN_CODE_BITS 6
#define KNOWN_CODE_BYTES (1ULL << KNOWN_CODE_BITS)
#define KNOWN_CODE_MASK (KNOWN_CODE_BYTES - 1)
#define KNOWN_ANSWER_BITS 48

/*
 * All CPUs share them, and two may write to one at once: so that halves of different answers are not taken for one, the key is kept
 * mixed with the answer (Hyatt and Mann, A Lockless Transposition Table Implementation for Parallel Search Chess Engines, 2002).
 */
struct known_code {
	__u64 mixed_key;
	/* From the lowest bit on the answer, and of which bytes of the code: of the first and the last the place. */
	__u64 answer;
};

/* A table is an array of words, so aligned that each piece of code is in one line. */
#define KNOWN_WORDS (sizeof(struct known_code) / sizeof(__u64) << KNOWN_BITS)
#define KNOWN_ALIGNED __attribute__((aligned(64)))

static __always_inline volatile struct known_code *known_place(__u64 *known, __u64 key)
{
	return &((struct known_code *)known)[key * 0x9e3779b97f4a7c15ULL >> (64 - KNOWN_BITS)];
}

/* The answer for the code with this key, its address with something in the bits it leaves free; or 0. */
static __always_inline __u64 known_answer(__u64 *known, __u64 key)
{
	const volatile struct known_code *place = known_place(known, key >> KNOWN_CODE_BITS);
	__u64 answer = place->answer, at = key & KNOWN_CODE_MASK;

	if ((place->mixed_key ^ answer) != key >> KNOWN_CODE_BITS || at < (answer >> KNOWN_ANSWER_BITS & KNOWN_CODE_MASK) ||
	    at > answer >> (KNOWN_ANSWER_BITS + KNOWN_CODE_BITS))
		return 0;
	return answer & ((1ULL << KNOWN_ANSWER_BITS) - 1);
}

/* Keeps an answer, unless it is 0; it holds `before` bytes before the code with this key, too, and ends `ahead` bytes ahead of it. */
static __always_inline void known_keep(__u64 *known, __u64 key, __u64 before, __u64 ahead, __u64 answer)
{
	volatile struct known_code *place = known_place(known, key >> KNOWN_CODE_BITS);
	__u64 at = key & KNOWN_CODE_MASK, first = before < at ? at - before : 0, last = at + ahead - 1;

	if (!answer)
		return;
	if (last > KNOWN_CODE_MASK)
		last = KNOWN_CODE_MASK;
	answer |= first << KNOWN_ANSWER_BITS | last << (KNOWN_ANSWER_BITS + KNOWN_CODE_BITS);
	place->answer = answer;
	place->mixed_key = answer ^ key >> KNOWN_CODE_BITS;
}

#endif
