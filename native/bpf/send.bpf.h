/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Stacks on their way to the collector: walked, or as a copy where this side does not know (yet) what is mapped. */
#ifndef PROFBOUND_SEND_BPF_H
#define PROFBOUND_SEND_BPF_H

#include "kernel_stack.bpf.h"
#include "sample_ring.bpf.h"

/* A program of one kind can interrupt one of the other on the same CPU: each has its own scratch memory. */
enum program_kind {
	PROGRAM_OF_EVENT,
	PROGRAM_OF_SCHEDULER,
	PROGRAM_KINDS,
};

/* By CPU and program kind; a per-CPU map could not hold values of this size. The collector sets the number. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PROGRAM_KINDS);
	__type(key, __u32);
	__type(value, struct copied_record);
} copies SEC(".maps");

/* Puts the kernel's frames behind the `depth` of the user, the lower half of each; false when that would lose any. */
__noinline bool narrow_kernel_frames(struct unwind_walk *walk, __u32 depth)
{
	__u32 *to, high = ~0U, count;

	if (!walk || depth > MAX_STACK_DEPTH)
		return false;
	to = (__u32 *)&walk->record.frames[depth];
	count = walk->kernel.depth;
	for (__u32 i = 0; i < MAX_KERNEL_DEPTH && i < count; i++) {
		__u64 address = walk->kernel.frames[i];

		to[i] = address;
		high &= address >> 32 & -(__u32)((__u32)address >> 31);
	}
	return high == ~0U;
}

static __always_inline bool send(void *record, __u64 bytes)
{
	return bpf_ringbuf_output(&records, record, bytes, BPF_RB_NO_WAKEUP) == 0;
}

/* Copies the kernel's frames as they are. */
static __always_inline void copy_kernel_frames(const struct kernel_walk *kernel, void *to)
{
	__u32 bytes = kernel->depth * sizeof(*kernel->frames);

	if (bytes <= sizeof(kernel->frames))
		bpf_probe_read_kernel(to, bytes, kernel->frames);
}

static __always_inline bool send_walked(struct unwind_walk *walk, enum program_kind kind)
{
	struct stack_record *record = &walk->record;
	__u64 depth = record->user_depth, bytes;

	if (depth > MAX_STACK_DEPTH)
		return false;
	record->kernel_depth = walk->kernel.depth;
	record->kernel_width = 4;
	if (record->kernel_depth && !narrow_kernel_frames(walk, depth)) {
		copy_kernel_frames(&walk->kernel, &record->frames[depth]);
		record->kernel_width = 8;
	}
	/* Records begin, and so end, at multiples of 8. */
	bytes = sizeof(*record) - sizeof(record->frames) + 8 * depth + ((record->kernel_depth * record->kernel_width + 7) & ~7U);
	if (bytes > sizeof(*record))
		return false;
	return (kind == PROGRAM_OF_EVENT && put_sample(walk, bytes)) || send(record, bytes);
}

/* A process that misses for ever must not cost a copy each time. */
static __always_inline bool may_copy(struct task_struct *task)
{
	__u32 tgid = task->tgid, first = 1, *made = bpf_map_lookup_elem(&copies_of, &tgid);

	if (!made)
		return !bpf_map_update_elem(&copies_of, &tgid, &first, BPF_NOEXIST);
	return *made < COPIES_PER_PROCESS && __sync_fetch_and_add(made, 1) < COPIES_PER_PROCESS;
}

/*
 * Copies the stack page by page, from the first that can be read: of a large frame that has just begun, the nearest may never
 * have been touched. Returns the number of bytes.
 */
static __noinline __u32 copy_stack(struct copied_record *copy)
{
	__u64 address = copy->registers[UNWIND_RSP] - RED_ZONE_BYTES;

	copy->stack_bytes = 0;
	for (int i = 0; i < MAX_COPIED_BYTES / STACK_PAGE; i++) {
		__u64 done = copy->stack_bytes, part = STACK_PAGE - ((address + done) & (STACK_PAGE - 1));

		if (done > MAX_COPIED_BYTES - STACK_PAGE)
			break;
		if (!bpf_probe_read_user(&copy->stack[done], part, (const void *)(address + done)))
			copy->stack_bytes = done + part;
		else if (done)
			break;
		else
			address += part;
	}
	copy->stack_address = address;
	return copy->stack_bytes;
}

static __always_inline bool send_copied(const struct unwind_walk *walk, enum program_kind kind)
{
	__u32 index = bpf_get_smp_processor_id() * PROGRAM_KINDS + kind;
	struct copied_record *copy = bpf_map_lookup_elem(&copies, &index);
	__u64 bytes;

	if (!copy)
		return false;
	copy->header = walk->record.header;
	copy->header.kind |= RECORD_COPIED;
	copy->value = walk->record.value;
	__builtin_memcpy(copy->comm, walk->record.comm, sizeof(copy->comm));
	__builtin_memcpy(copy->registers, walk->registers, sizeof(copy->registers));
	copy->kernel_depth = walk->kernel.depth;
	copy_kernel_frames(&walk->kernel, copy->kernel);
	bytes = copy_stack(copy);
	if (bytes > MAX_COPIED_BYTES)
		return false;
	__sync_fetch_and_add(&totals.copied, 1);
	return send(copy, sizeof(*copy) - sizeof(copy->stack) + bytes);
}

/*
 * Sends the stack that `walk` found and that ended by `end`. The caller has filled in the kernel's frames, and the record's
 * header, value and comm, and counts it when there was no room: false.
 */
static __always_inline bool send_stack(struct task_struct *task, struct unwind_walk *walk, int end, enum program_kind kind)
{
	if (end != UNWIND_NO_SPACE && end != UNWIND_NO_MAPPING)
		return send_walked(walk, kind);
	if (may_copy(task))
		return send_copied(walk, kind);
	__sync_fetch_and_add(&totals.copies_refused, 1);
	return send_walked(walk, kind);
}

#endif
