// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "backends/cpu_sampling.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "profile.h"
#include "support/clock.h"
#include "support/cpulist.h"

/* Long enough that the interrupt it takes a CPU costs nothing, short enough for many periods in a short capture. */
#define REDRAW_NANOSECONDS (NANOSECONDS / 4)

_Static_assert(MAX_SAMPLED_CPUS == MAX_CPUS, "every CPU has a period");

static bool open_cpu(struct cpu_sampling *sampling, const struct sampling_event *event, int cpu, struct bpf_program *program,
		     char *refusal, size_t size)
{
	struct perf_event_attr attr;
	int fd;

	sampling_fill(event, false, &attr);
	if (event->period) {
		attr.sample_period = period_draw(&sampling->generator, event->period);
		sampling->periods[cpu].length = attr.sample_period;
	}
	fd = sampling_open(&attr, -1, cpu, -1, 0);
	if (fd < 0) {
		snprintf(refusal, size, "cannot sample CPU %d: %s; needs CAP_PERFMON or kernel.perf_event_paranoid <= 0", cpu,
			 strerror(errno));
		return false;
	}
	sampling->events[cpu] = fd;
	sampling->links[cpu] = bpf_program__attach_perf_event(program, fd);
	if (sampling->links[cpu])
		return true;
	snprintf(refusal, size, "cannot attach a BPF program to a perf event: %s", strerror(errno));
	close(fd);
	return false;
}

bool cpu_sampling_open(struct cpu_sampling *sampling, const struct sampling_event *event, struct bpf_program *program,
		       struct cpu_period *periods, char *refusal, size_t size)
{
	cpu_set_t online;

	*sampling = (struct cpu_sampling){ .periods = periods, .mean = event->period };
	period_seed(&sampling->generator, event->fixed_period);
	if (!cpulist_online(&online)) {
		snprintf(refusal, size, "cannot read /sys/devices/system/cpu/online");
		return false;
	}
	for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (CPU_ISSET(cpu, &online) && !open_cpu(sampling, event, cpu, program, refusal, size))
			return false;
	}
	sampling->drawn = clock_nanoseconds(CLOCK_MONOTONIC);
	return true;
}

static void redraw(struct cpu_sampling *sampling, int cpu)
{
	struct cpu_period *period = &sampling->periods[cpu];
	uint64_t length = period_draw(&sampling->generator, sampling->mean);

	period->previous = period->length;
	period->length = length;
	/* After both lengths: a sample that sees it knows them. */
	__atomic_add_fetch(&period->generation, 1, __ATOMIC_RELEASE);
	if (ioctl(sampling->events[cpu], PERF_EVENT_IOC_PERIOD, &length) == 0)
		return;
	period->length = period->previous;
}

void cpu_sampling_redraw(struct cpu_sampling *sampling)
{
	uint64_t now = clock_nanoseconds(CLOCK_MONOTONIC);

	if (sampling->generator.fixed || sampling->mean == 0 || now < sampling->drawn + REDRAW_NANOSECONDS)
		return;
	sampling->drawn = now;
	for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (sampling->links[cpu])
			redraw(sampling, cpu);
	}
}

void cpu_sampling_close(struct cpu_sampling *sampling)
{
	for (int cpu = 0; cpu < MAX_CPUS; cpu++)
		bpf_link__destroy(sampling->links[cpu]);
	*sampling = (struct cpu_sampling){ 0 };
}
