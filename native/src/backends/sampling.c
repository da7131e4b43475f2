// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "backends/sampling.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/clock.h"

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

bool sampling_choose(enum event_choice choice, uint32_t rate_hz, bool exclude_kernel, struct sampling_event *event)
{
	struct sampling_event cycles = { "cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES,
					 cpu_hertz() / rate_hz, NANOSECONDS / rate_hz };
	struct sampling_event clock = { "cpu-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK,
					NANOSECONDS / rate_hz, NANOSECONDS / rate_hz };

	if (choice != EVENT_CPU_CLOCK && available(&cycles, exclude_kernel)) {
		*event = cycles;
		return true;
	}
	if (choice == EVENT_CYCLES)
		return false;
	*event = clock;
	return available(&clock, exclude_kernel);
}
