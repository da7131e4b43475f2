// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "backends/sampling.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/clock.h"

/* Shares no factor with the round rates that programs' timers have. */
#define HIGHEST_AUTOMATIC_HZ 997
/* Fewer say little of a few seconds. */
#define LOWEST_AUTOMATIC_HZ 49
/* Samples a second of all CPUs together: with some 10 us for taking and keeping one, a sixth of a CPU. */
#define AUTOMATIC_SAMPLES 16000

const char *const sampling_names[EVENT_CHOICES + 1] = {
	[EVENT_AUTO] = "auto",
	[EVENT_CYCLES] = "cycles",
	[EVENT_CPU_CLOCK] = "cpu-clock",
	[EVENT_INSTRUCTIONS] = "instructions",
	[EVENT_CACHE_REFERENCES] = "cache-references",
	[EVENT_CACHE_MISSES] = "cache-misses",
	[EVENT_BRANCHES] = "branches",
	[EVENT_BRANCH_MISSES] = "branch-misses",
	[EVENT_PAGE_FAULTS] = "page-faults",
	[EVENT_MINOR_FAULTS] = "minor-faults",
	[EVENT_MAJOR_FAULTS] = "major-faults",
	[EVENT_CONTEXT_SWITCHES] = "context-switches",
	[EVENT_CPU_MIGRATIONS] = "cpu-migrations",
	[EVENT_NONE] = "none",
};

static const struct {
	uint32_t type;
	uint64_t config;
} kernel_events[EVENT_CHOICES] = {
	[EVENT_CYCLES] = { PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
	[EVENT_CPU_CLOCK] = { PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK },
	[EVENT_INSTRUCTIONS] = { PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS },
	[EVENT_CACHE_REFERENCES] = { PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES },
	[EVENT_CACHE_MISSES] = { PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES },
	[EVENT_BRANCHES] = { PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS },
	[EVENT_BRANCH_MISSES] = { PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES },
	[EVENT_PAGE_FAULTS] = { PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS },
	[EVENT_MINOR_FAULTS] = { PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN },
	[EVENT_MAJOR_FAULTS] = { PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MAJ },
	[EVENT_CONTEXT_SWITCHES] = { PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES },
	[EVENT_CPU_MIGRATIONS] = { PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS },
	[EVENT_NONE] = { PERF_TYPE_SOFTWARE, PERF_COUNT_SW_DUMMY },
};

uint32_t sampling_automatic_rate(unsigned int cpus)
{
	uint32_t rate = cpus > 0 ? AUTOMATIC_SAMPLES / cpus : HIGHEST_AUTOMATIC_HZ;

	if (rate > HIGHEST_AUTOMATIC_HZ)
		return HIGHEST_AUTOMATIC_HZ;
	return rate < LOWEST_AUTOMATIC_HZ ? LOWEST_AUTOMATIC_HZ : rate;
}

int sampling_open(struct perf_event_attr *attr, pid_t pid, int cpu, int group, unsigned long flags)
{
	return syscall(SYS_perf_event_open, attr, pid, cpu, group, flags | PERF_FLAG_FD_CLOEXEC);
}

void sampling_fill(const struct sampling_event *event, bool exclude_kernel, struct perf_event_attr *attr)
{
	memset(attr, 0, sizeof(*attr));
	attr->size = sizeof(*attr);
	attr->type = event->type;
	attr->config = event->config;
	attr->freq = event->period == 0;
	if (attr->freq)
		attr->sample_freq = event->rate_hz;
	else
		attr->sample_period = event->period;
	attr->exclude_kernel = exclude_kernel;
	attr->exclude_hv = 1;
	attr->exclude_guest = 1;
}

/* The clock a busy CPU runs at, in hertz, to turn a rate into a number of cycles. */
static uint64_t cpu_hertz(void)
{
	/* Where cpufreq says nothing: a common clock; the rate is then only roughly what was asked for. */
	unsigned long long kilohertz = 3000000;
	FILE *file = fopen("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "re");

	if (file) {
		if (fscanf(file, "%llu", &kilohertz) != 1)
			kilohertz = 3000000;
		fclose(file);
	}
	return kilohertz * 1000;
}

static bool available(const struct sampling_event *event, bool exclude_kernel)
{
	struct perf_event_attr attr;
	int fd;

	sampling_fill(event, exclude_kernel, &attr);
	fd = sampling_open(&attr, 0, -1, -1, 0);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static bool try(enum event_choice choice, const struct sampling_request *request, bool exclude_kernel,
		struct sampling_event *event)
{
	*event = (struct sampling_event){
		.name = sampling_names[choice],
		.type = kernel_events[choice].type,
		.config = kernel_events[choice].config,
		.rate_hz = request->rate_hz,
		.is_time = choice == EVENT_CYCLES || choice == EVENT_CPU_CLOCK || choice == EVENT_NONE,
		.fixed_period = request->fixed_period,
		.weight = 1,
		.in_kernel = choice == EVENT_CONTEXT_SWITCHES || choice == EVENT_CPU_MIGRATIONS,
		.is_none = choice == EVENT_NONE,
	};
	if (event->is_time) {
		event->weight = NANOSECONDS / request->rate_hz;
		event->period = choice == EVENT_CYCLES ? cpu_hertz() / request->rate_hz : event->weight;
	}
	return available(event, exclude_kernel);
}

bool sampling_choose(const struct sampling_request *request, bool exclude_kernel, struct sampling_event *event)
{
	if (request->event != EVENT_AUTO)
		return try(request->event, request, exclude_kernel, event);
	return try(EVENT_CYCLES, request, exclude_kernel, event) || try(EVENT_CPU_CLOCK, request, exclude_kernel, event);
}

bool sampling_explain(enum event_choice choice, int error, char *refusal, size_t size)
{
	if (kernel_events[choice].type != PERF_TYPE_HARDWARE || choice == EVENT_AUTO ||
	    (error != ENOENT && error != EOPNOTSUPP && error != ENODEV))
		return false;
	snprintf(refusal, size, "this machine cannot count %s: it has no PMU, or its hypervisor hides it; %s", sampling_names[choice],
		 choice == EVENT_CYCLES ? "--event auto takes cpu-clock instead" :
			       "take a machine with one (bare metal, or a virtual machine that is given a vPMU), or --event cpu-clock");
	return true;
}

uint64_t sampling_weight(const struct sampling_event *event, uint64_t period)
{
	/* In floating point: cycles times nanoseconds may not fit 64 bits. */
	return event->period == 0 ? period : (uint64_t)((double)period * event->weight / event->period + 0.5);
}
