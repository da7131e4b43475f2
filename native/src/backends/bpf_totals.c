// SPDX-License-Identifier: Apache-2.0
#include "backends/bpf_totals.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <string.h>

/* The skeleton needs the types both sides share. */
#include "kernel_names.h"
#include "offcpu.h"
#include "profile.h"
#include "unwind.h"
#include "profile.skel.h"

/* What the kernel says of a program; nothing where it does not. */
static struct bpf_prog_info info_of(const struct bpf_program *program)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
		memset(&info, 0, sizeof(info));
	return info;
}

static void add_programs(const struct profile *skeleton, struct capture_totals *totals)
{
	const struct bpf_prog_info sampling = info_of(skeleton->progs.on_sample);
	struct bpf_program *program;

	totals->sample_run_nanoseconds = sampling.run_time_ns;
	totals->sample_run_count = sampling.run_cnt;
	totals->lost[2] = (struct cause_count){ lost_names[LOST_PROGRAM_BUSY], sampling.recursion_misses };
	bpf_object__for_each_program(program, skeleton->obj) {
		const struct bpf_prog_info info = info_of(program);

		totals->bpf_run_nanoseconds += info.run_time_ns;
		totals->bpf_run_count += info.run_cnt;
		totals->recursion_misses += info.recursion_misses;
	}
}

static void add_counted(const struct profile *skeleton, struct capture_totals *totals)
{
	const struct totals *counted = &skeleton->bss->totals;

	totals->cpu_nanoseconds = counted->cpu_nanoseconds;
	totals->tasks = counted->tasks;
	totals->lost[0] = (struct cause_count){ lost_names[LOST_RING_FULL], counted->ring_full };
	totals->lost[1] = (struct cause_count){ lost_names[LOST_TASK_STORAGE_FULL], counted->storage_full };
	totals->stacks_copied = counted->copied;
	totals->copies_refused = counted->copies_refused;
	totals->kernel_stacks_asked = counted->kernel_stacks_asked;
	totals->kernel_stacks_compared = counted->kernel_stacks_compared;
	totals->kernel_stacks_different = counted->kernel_stacks_different;
	totals->tree_sample_nanoseconds = counted->sample_nanoseconds;
	totals->user_walk_nanoseconds = counted->user_walk_nanoseconds;
	totals->kernel_walk_nanoseconds = counted->kernel_walk_nanoseconds;
}

void bpf_totals_read(const struct profile *skeleton, struct capture_totals *totals)
{
	*totals = (struct capture_totals){
		.cpu_account = "scheduler",
		.stacks_timed = skeleton->rodata->time_stacks,
		.kernel_stacks_are_compared = skeleton->rodata->compare_kernel_stacks,
	};
	add_counted(skeleton, totals);
	add_programs(skeleton, totals);
}

void bpf_totals_read_off_cpu(const struct profile *skeleton, struct off_cpu_account *account)
{
	const struct bpf_prog_info switches = info_of(skeleton->progs.on_switch), wakeups = info_of(skeleton->progs.on_wakeup);

	account->switches = switches.run_cnt;
	account->bpf_run_nanoseconds = switches.run_time_ns + wakeups.run_time_ns;
}
