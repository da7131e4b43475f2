/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's frames of a sample or a wait: walked here where that can be, else by the kernel. */
#ifndef PROFBOUND_KERNEL_STACK_BPF_H
#define PROFBOUND_KERNEL_STACK_BPF_H

#include "unwind.bpf.h"

/* Has the kernel walk its own stack. */
static __always_inline void ask_kernel_stack(void *context, struct kernel_walk *walk)
{
	long bytes = bpf_get_stack(context, walk->frames, sizeof(walk->frames), 0);

	walk->depth = bytes > 0 ? bytes / sizeof(*walk->frames) : 0;
}

/* Fills in the kernel's frames of a context switch. */
static __always_inline void switch_kernel_stack(void *context, struct kernel_walk *walk)
{
	__u64 begin = walk_clock();

	ask_kernel_stack(context, walk);
	if (time_stacks)
		__sync_fetch_and_add(&totals.kernel_walk_nanoseconds, walk_clock() - begin);
}

/* Whether the kernel walks those stacks, too, to see that it finds the same. */
const volatile bool compare_kernel_stacks;

static __always_inline void compare_kernel_stack(void *context, const struct kernel_walk *walk, void *scratch)
{
	const __u64 *frames = scratch;
	long bytes = bpf_get_stack(context, scratch, sizeof(walk->frames), 0);
	bool differs = bytes != walk->depth * sizeof(*frames);

	for (__u32 i = 0; i < MAX_KERNEL_DEPTH && i < walk->depth; i++)
		differs |= frames[i] != walk->frames[i];
	__sync_fetch_and_add(&totals.kernel_stacks_compared, 1);
	__sync_fetch_and_add(&totals.kernel_stacks_different, differs);
}

/* Fills in the kernel's frames of a perf event, of which there are none where it interrupted user mode. */
static __always_inline void event_kernel_stack(struct bpf_perf_event_data *context, struct unwind_walk *walk)
{
	struct kernel_walk *kernel = &walk->kernel;
	__u64 begin = walk_clock();

	kernel->depth = 0;
	if ((context->regs.cs & REGISTERS_USER_MODE) == REGISTERS_USER_MODE)
		return;
	if (!walk_kernel(context, kernel)) {
		ask_kernel_stack(context, kernel);
		__sync_fetch_and_add(&totals.kernel_stacks_asked, 1);
	} else if (compare_kernel_stacks) {
		/* The user's frames are not there yet. */
		compare_kernel_stack(context, kernel, walk->record.frames);
	}
	if (time_stacks)
		__sync_fetch_and_add(&totals.kernel_walk_nanoseconds, walk_clock() - begin);
}

#endif
