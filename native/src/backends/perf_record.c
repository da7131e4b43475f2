// SPDX-License-Identifier: Apache-2.0
#include "backends/perf_record.h"

#include <string.h>
#include <sys/mman.h>

/* The fixed part of a PERF_RECORD_SAMPLE with PERF_RECORD_FIELDS. */
struct sample_layout {
	struct perf_event_header header;
	uint64_t ip;
	uint32_t pid, tid;
	uint64_t time;
	uint64_t id;
	uint32_t cpu, reserved;
	uint64_t period;
	uint64_t frame_count;
	uint64_t frames[];
};

struct task_layout {
	struct perf_event_header header;
	uint32_t pid, parent_pid;
	uint32_t tid, parent_tid;
	uint64_t time;
};

struct comm_layout {
	struct perf_event_header header;
	uint32_t pid, tid;
	char name[];
};

struct mapping_layout {
	struct perf_event_header header;
	uint32_t pid, tid;
	uint64_t start, bytes, offset;
	uint32_t major, minor;
	uint64_t inode, inode_generation;
	uint32_t protection, flags;
	char name[];
};

struct lost_layout {
	struct perf_event_header header;
	uint64_t id;
	uint64_t lost;
};

/* What sample_id_all appends to records that are not samples. */
struct trailer {
	uint32_t pid, tid;
	uint64_t time;
	uint64_t id;
	uint32_t cpu, reserved;
};

_Static_assert(sizeof(struct sample_layout) == 64, "struct sample_layout is the kernel's ABI");
_Static_assert(sizeof(struct task_layout) == 32, "struct task_layout is the kernel's ABI");
_Static_assert(sizeof(struct mapping_layout) == 72, "struct mapping_layout is the kernel's ABI");
_Static_assert(sizeof(struct trailer) == 32, "struct trailer is the kernel's ABI");

uint64_t perf_record_time(const struct perf_event_header *header)
{
	const struct trailer *trailer;

	if (header->type == PERF_RECORD_SAMPLE)
		return header->size < sizeof(struct sample_layout) ? 0 : ((const struct sample_layout *)header)->time;
	if (header->size < sizeof(*header) + sizeof(*trailer))
		return 0;
	trailer = (const struct trailer *)((const char *)header + header->size - sizeof(*trailer));
	return trailer->time;
}

/* A context marker says whose frames follow it. */
static bool is_marker(uint64_t frame)
{
	return frame >= (uint64_t)PERF_CONTEXT_MAX;
}

/* Splits a call chain at its markers; guests' frames, which nobody asked for, belong to neither side. */
static void split(const uint64_t *frames, uint64_t count, struct perf_sample *sample)
{
	uint64_t at = 0;

	while (at < count) {
		uint64_t marker = is_marker(frames[at]) ? frames[at++] : 0;
		uint64_t first = at;

		while (at < count && !is_marker(frames[at]))
			at++;
		if (marker == (uint64_t)PERF_CONTEXT_KERNEL) {
			sample->kernel = frames + first;
			sample->kernel_depth = at - first;
		} else if (marker == (uint64_t)PERF_CONTEXT_USER) {
			sample->user = frames + first;
			sample->user_depth = at - first;
		}
	}
}

bool perf_record_sample(const struct perf_event_header *header, struct perf_sample *sample)
{
	const struct sample_layout *layout = (const struct sample_layout *)header;

	if (header->size < sizeof(*layout) || layout->frame_count > (header->size - sizeof(*layout)) / sizeof(uint64_t))
		return false;
	*sample = (struct perf_sample){ .pid = layout->pid, .tid = layout->tid, .cpu = layout->cpu, .id = layout->id,
					.period = layout->period };
	split(layout->frames, layout->frame_count, sample);
	if (sample->user_depth || sample->kernel_depth)
		return true;
	/* Without a call chain, which no memory may leave it, there is still where the CPU was. */
	if ((header->misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_USER) {
		sample->user = &layout->ip;
		sample->user_depth = 1;
	} else {
		sample->kernel = &layout->ip;
		sample->kernel_depth = 1;
	}
	return true;
}

bool perf_record_comm(const struct perf_event_header *header, struct perf_comm *comm)
{
	const struct comm_layout *layout = (const struct comm_layout *)header;

	if (header->size <= sizeof(*layout) ||
	    !memchr(layout->name, '\0', header->size - sizeof(*layout)))
		return false;
	*comm = (struct perf_comm){ .pid = layout->pid,
				    .tid = layout->tid,
				    .exec = header->misc & PERF_RECORD_MISC_COMM_EXEC,
				    .name = layout->name };
	return true;
}

bool perf_record_task(const struct perf_event_header *header, struct perf_task *task)
{
	const struct task_layout *layout = (const struct task_layout *)header;

	if (header->size < sizeof(*layout))
		return false;
	*task = (struct perf_task){ .pid = layout->pid,
				    .parent_pid = layout->parent_pid,
				    .tid = layout->tid,
				    .parent_tid = layout->parent_tid };
	return true;
}

bool perf_record_mapping(const struct perf_event_header *header, struct perf_mapping *mapping)
{
	const struct mapping_layout *layout = (const struct mapping_layout *)header;

	/* With a build id the file's inode would not be there; it is not asked for. */
	if (header->size <= sizeof(*layout) || (header->misc & PERF_RECORD_MISC_MMAP_BUILD_ID) ||
	    !memchr(layout->name, '\0', header->size - sizeof(*layout)) || layout->start + layout->bytes <= layout->start)
		return false;
	*mapping = (struct perf_mapping){ .pid = layout->pid,
					  .start = layout->start,
					  .end = layout->start + layout->bytes,
					  .offset = layout->offset,
					  .device = (uint64_t)layout->major << 32 | layout->minor,
					  .inode = layout->inode,
					  .executable = layout->protection & PROT_EXEC,
					  .name = layout->name };
	return true;
}

uint64_t perf_record_lost(const struct perf_event_header *header)
{
	return header->size < sizeof(struct lost_layout) ? 0 : ((const struct lost_layout *)header)->lost;
}
