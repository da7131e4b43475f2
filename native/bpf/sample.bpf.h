/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is kept of a sample of the tree. */
#ifndef PROFBOUND_SAMPLE_BPF_H
#define PROFBOUND_SAMPLE_BPF_H

/* Bytes of each stack to keep: 8 × --max-depth. */
const volatile __u32 stack_bytes = MAX_STACK_DEPTH * 8;

SEC("perf_event")
int on_sample(struct bpf_perf_event_data *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct sample_record *record;
	__u32 bytes = stack_bytes;

	if (!armed || !bpf_task_storage_get(&members, task, 0, 0))
		return 0;
	record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);
	if (!record) {
		__sync_fetch_and_add(&totals.ring_full, 1);
		return 0;
	}
	fill_header(&record->header, RECORD_SAMPLE);
	bpf_get_current_comm(record->comm, sizeof(record->comm));
	if (bytes > sizeof(record->user))
		bytes = sizeof(record->user);
	record->kernel_bytes = bpf_get_stack(context, record->kernel, sizeof(record->kernel), 0);
	record->user_bytes = bpf_get_stack(context, record->user, bytes, BPF_F_USER_STACK);
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 0;
}

#endif
