/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef PROFBOUND_CLOCK_BPF_H
#define PROFBOUND_CLOCK_BPF_H

/* Whether what walks take is measured, which itself takes some 50 ns of each. */
const volatile bool time_stacks;

static __always_inline __u64 walk_clock(void)
{
	return time_stacks ? bpf_ktime_get_ns() : 0;
}

#endif
