/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is kept of a sample of the tree. */
#ifndef PROFBOUND_SAMPLE_BPF_H
#define PROFBOUND_SAMPLE_BPF_H

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct unwind_walk);
} sample_walks SEC(".maps");

SEC("perf_event")
int on_sample(struct bpf_perf_event_data *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct unwind_walk *walk;
	__u32 zero = 0;
	__u64 now = bpf_ktime_get_ns(), weight = sample_weight(context, now);

	walk = bpf_map_lookup_elem(&sample_walks, &zero);
	if (!armed || !walk || !is_member(task, &walk->member))
		return 0;
	fill_header(&walk->record.header, RECORD_SAMPLE, task, now);
	fill_comm(walk->record.comm, task);
	walk->record.value = weight;
	event_kernel_stack(context, walk);
	if (!send_stack(task, walk, unwind_event(context, task, walk), PROGRAM_OF_EVENT))
		__sync_fetch_and_add(&totals.ring_full, 1);
	if (time_stacks)
		__sync_fetch_and_add(&totals.sample_nanoseconds, walk_clock() - now);
	return 0;
}

#endif
