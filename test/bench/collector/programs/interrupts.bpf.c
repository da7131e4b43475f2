// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* How long timer interrupts last, in which clocks are sampled, that find one of some processes running. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct spent {
	__u64 nanoseconds;
	__u64 began;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} processes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct spent);
} spent SEC(".maps");

static __always_inline struct spent *here(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&spent, &cpu);
}

SEC("tp_btf/local_timer_entry")
int BPF_PROG(enter, int vector)
{
	struct spent *spent = here();
	__u32 process = bpf_get_current_pid_tgid() >> 32;

	if (spent)
		spent->began = bpf_map_lookup_elem(&processes, &process) ? bpf_ktime_get_ns() : 0;
	return 0;
}

SEC("tp_btf/local_timer_exit")
int BPF_PROG(leave, int vector)
{
	struct spent *spent = here();

	if (spent && spent->began)
		spent->nanoseconds += bpf_ktime_get_ns() - spent->began;
	return 0;
}
