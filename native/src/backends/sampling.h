/* SPDX-License-Identifier: Apache-2.0 */
/* Which event drives the sampling, and how it is asked for. */
#ifndef PROFBOUND_SAMPLING_H
#define PROFBOUND_SAMPLING_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum event_choice { EVENT_AUTO, EVENT_CYCLES, EVENT_CPU_CLOCK };

struct sampling_event {
	/* "cycles" or "cpu-clock". */
	const char *name;
	uint32_t type;
	uint64_t config;
	/* In the event's own unit: cycles, or nanoseconds. */
	uint64_t period;
	/* Nanoseconds of a busy CPU one sample stands for. */
	uint64_t weight;
};

/* perf_event_open(2). */
int sampling_open(struct perf_event_attr *attr, pid_t pid, int cpu, int group, unsigned long flags);

/*
 * Picks cycles where there is a PMU that this process may use, else cpu-clock. False when the chosen one is not to be
 * had; errno says why.
 */
bool sampling_choose(enum event_choice choice, uint32_t rate_hz, bool exclude_kernel, struct sampling_event *event);

/* Fills in what both backends ask for of the sampling event. */
void sampling_fill(const struct sampling_event *event, bool exclude_kernel, struct perf_event_attr *attr);

#endif
