// SPDX-License-Identifier: Apache-2.0
#include "backends/bpf_programs.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/* The skeleton needs the types both sides share. */
#include "kernel_names.h"
#include "offcpu.h"
#include "profile.h"
#include "unwind.h"
#include "profile.skel.h"

static uint32_t ring_bytes(void)
{
	uint32_t bytes = 16 * RING_BYTES_PER_CPU;

	while (bytes < (uint32_t)libbpf_num_possible_cpus() * RING_BYTES_PER_CPU)
		bytes *= 2;
	return bytes;
}

bool bpf_programs_load(const struct capture_request *request, struct profile **loaded)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);
	struct profile *skeleton;

	*loaded = skeleton = profile__open();
	if (!skeleton)
		return false;
	for (size_t i = 0; i < request->root_count; i++)
		skeleton->rodata->roots[i] = request->roots[i];
	skeleton->rodata->root_count = request->root_count;
	skeleton->rodata->cgroup_id = request->cgroup_id;
	skeleton->rodata->max_depth = request->max_depth;
	skeleton->rodata->off_cpu = request->off_cpu;
	skeleton->rodata->off_cpu_min = request->off_cpu_min;
	skeleton->rodata->time_stacks = request->time_stacks;
	skeleton->rodata->compare_kernel_stacks = request->compare_kernel_stacks;
	bpf_program__set_autoload(skeleton->progs.on_wakeup, request->off_cpu);
	if (!request->off_cpu)
		bpf_map__set_max_entries(skeleton->maps.off_cpu_places, 1);
	bpf_map__set_max_entries(skeleton->maps.records, request->buffer_bytes ? request->buffer_bytes : ring_bytes());
	/* Not for all that are possible, which virtual machines have many of: the shared ring is there for those that come later. */
	bpf_map__set_max_entries(skeleton->maps.sample_rings, get_nprocs_conf());
	if (request->buffer_bytes && request->buffer_bytes < SAMPLE_RING_BYTES)
		skeleton->rodata->sample_ring_bytes = request->buffer_bytes;
	bpf_map__set_max_entries(skeleton->maps.copies,
				 bpf_map__max_entries(skeleton->maps.copies) * libbpf_num_possible_cpus());
	if (profile__load(skeleton))
		return false;
	/* Where it finds nothing, the kernel is asked for each of its stacks. */
	bpf_prog_test_run_opts(bpf_program__fd(skeleton->progs.find_kernel_table), &run);
	/* on_sample is attached to its events one by one. */
	return profile__attach(skeleton) == 0;
}

bool bpf_programs_walk(struct profile *skeleton, enum walk_mode mode)
{
	int fd = bpf_iter_create(bpf_link__fd(skeleton->links.walk));
	char ignored[64];
	ssize_t got;

	if (fd < 0)
		return false;
	skeleton->bss->walk_mode = mode;
	while ((got = read(fd, ignored, sizeof(ignored))) > 0)
		;
	close(fd);
	return got == 0;
}

bool bpf_programs_adopt(struct profile *skeleton)
{
	do {
		skeleton->bss->adopted = 0;
		if (!bpf_programs_walk(skeleton, WALK_ADOPT))
			return false;
	} while (skeleton->bss->adopted > 0);
	return true;
}
