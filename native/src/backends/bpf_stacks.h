/* SPDX-License-Identifier: Apache-2.0 */
/* Stacks as the BPF programs send them: walked, or copied to be walked here. */
#ifndef PROFBOUND_BPF_STACKS_H
#define PROFBOUND_BPF_STACKS_H

#include "profile.h"
#include "profile/recorder.h"
#include "unwind/spaces.h"

struct bpf_stacks {
	struct processes *processes;
	const struct spaces *spaces;
	const struct store *store;
	uint32_t max_depth;
	/* Of all that were taken, the user's frames, by what led from them to their callers. */
	uint64_t frames_by_table;
	uint64_t frames_by_frame_pointer;
	/* Scratch: the frames of a copied stack, and those of the kernel at full width. */
	uint64_t frames[MAX_STACK_DEPTH];
	uint64_t kernel[MAX_KERNEL_DEPTH];
};

/*
 * Fills in `sample` but for its weight, from a record of `size` bytes that begins with `header`. It refers to the record
 * and to `stacks`. False when the record is not whole.
 */
bool bpf_stacks_take(struct bpf_stacks *stacks, const struct record_header *header, size_t size, struct sample *sample);

#endif
