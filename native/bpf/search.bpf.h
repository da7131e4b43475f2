/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef PROFBOUND_SEARCH_BPF_H
#define PROFBOUND_SEARCH_BPF_H

/* All ones where `start` is not behind `address`, else zero. No branch: the verifier would follow both ways each time. */
static __always_inline __u64 is_reached(__u64 start, __u64 address)
{
	__u64 mask = (__s64)(start - address - 1) >> 63;

	barrier_var(mask);
	return mask;
}

/* One of two words: the first where the lowest bit of `bit` is set. No branch, either. */
static __always_inline __u64 either(__u64 bit, __u64 first, __u64 second)
{
	__u64 mask = -(bit & 1);

	barrier_var(mask);
	return second ^ ((first ^ second) & mask);
}

#endif
