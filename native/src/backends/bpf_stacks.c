// SPDX-License-Identifier: Apache-2.0
#include "backends/bpf_stacks.h"

#include <stddef.h>

#include "unwind/unwinder.h"

/* What of the kernel's code addresses is left out where their frames have 4 bytes. */
#define KERNEL_HIGH_HALF 0xffffffff00000000ULL

static bool take_walked(struct bpf_stacks *stacks, const struct stack_record *record, size_t size, struct sample *sample)
{
	size_t fixed = offsetof(struct stack_record, frames);
	const uint64_t *frames = (const uint64_t *)record->frames;
	const uint32_t *narrow = (const uint32_t *)(frames + record->user_depth);

	if (size < fixed || record->kernel_depth > MAX_KERNEL_DEPTH || (record->kernel_width != 4 && record->kernel_width != 8) ||
	    size - fixed < sizeof(*frames) * record->user_depth + (size_t)record->kernel_width * record->kernel_depth)
		return false;
	sample->comm = record->comm;
	sample->user = frames;
	sample->user_depth = record->user_depth;
	sample->kernel = frames + record->user_depth;
	sample->kernel_depth = record->kernel_depth;
	sample->end = record->end;
	if (record->kernel_width == 8)
		return true;
	for (uint32_t i = 0; i < record->kernel_depth; i++)
		stacks->kernel[i] = KERNEL_HIGH_HALF | narrow[i];
	sample->kernel = stacks->kernel;
	return true;
}

/* Walks with what is known of the process now; false when it has no space. */
static bool walk(const struct bpf_stacks *stacks, const struct copied_record *record, struct stack_walk *walk)
{
	const struct unwind_space *space = spaces_of(stacks->spaces, record->header.pid);
	const struct stack_copy copy = {
		.address = record->stack_address,
		.bytes = record->stack,
		.size = record->stack_bytes,
	};

	if (!space)
		return false;
	unwinder_walk(stacks->store, space, (const uint64_t *)record->registers, &copy, walk);
	return true;
}

/* Makes known what is mapped at `address`, if that is to be had. */
static void learn(const struct bpf_stacks *stacks, pid_t pid, uint64_t address)
{
	struct location ignored;

	process_place(stacks->processes, processes_get(stacks->processes, pid), address, &ignored);
	processes_publish_changes(stacks->processes);
}

static void walk_copy(struct bpf_stacks *stacks, const struct copied_record *record, struct stack_walk *walked)
{
	pid_t pid = record->header.pid;

	*walked = (struct stack_walk){
		.frames = stacks->frames,
		.limit = stacks->max_depth,
		.end = UNWIND_NO_SPACE,
		.missing = record->registers[UNWIND_RIP],
	};
	/* What was mapped until then, by another program perhaps, may have been at the same addresses. */
	processes_publish_changes(stacks->processes);
	if (walk(stacks, record, walked) && walked->end != UNWIND_NO_MAPPING)
		return;
	learn(stacks, pid, walked->missing);
	if (walk(stacks, record, walked))
		return;
	stacks->frames[0] = record->registers[UNWIND_RIP];
	walked->depth = 1;
}

static bool take_copied(struct bpf_stacks *stacks, const struct copied_record *record, size_t size, struct sample *sample)
{
	struct stack_walk walked;

	if (size < offsetof(struct copied_record, stack) || record->stack_bytes > size - offsetof(struct copied_record, stack) ||
	    record->kernel_depth > MAX_KERNEL_DEPTH)
		return false;
	walk_copy(stacks, record, &walked);
	sample->comm = record->comm;
	sample->user = stacks->frames;
	sample->user_depth = walked.depth;
	sample->kernel = (const uint64_t *)record->kernel;
	sample->kernel_depth = record->kernel_depth;
	sample->end = walked.end;
	return true;
}

static void count_frames(struct bpf_stacks *stacks, const struct sample *sample)
{
	uint64_t by_frame_pointer = 0;

	for (size_t i = 0; i < sample->user_depth; i++)
		by_frame_pointer += (sample->user[i] & UNWIND_BY_FRAME_POINTER) != 0;
	stacks->frames_by_frame_pointer += by_frame_pointer;
	stacks->frames_by_table += sample->user_depth - by_frame_pointer;
}

bool bpf_stacks_take(struct bpf_stacks *stacks, const struct record_header *header, size_t size, struct sample *sample)
{
	*sample = (struct sample){ .pid = header->pid, .tid = header->tid, .cpu = header->cpu };
	if (!(header->kind & RECORD_COPIED ? take_copied(stacks, (const struct copied_record *)header, size, sample) :
					     take_walked(stacks, (const struct stack_record *)header, size, sample)))
		return false;
	count_frames(stacks, sample);
	return true;
}
