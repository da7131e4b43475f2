/* SPDX-License-Identifier: Apache-2.0 */
/* Which event drives the sampling, how often, and what a sample of it stands for. */
#ifndef PROFBOUND_SAMPLING_H
#define PROFBOUND_SAMPLING_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum event_choice {
	EVENT_AUTO,
	EVENT_CYCLES,
	EVENT_CPU_CLOCK,
	EVENT_INSTRUCTIONS,
	EVENT_CACHE_REFERENCES,
	EVENT_CACHE_MISSES,
	EVENT_BRANCHES,
	EVENT_BRANCH_MISSES,
	EVENT_PAGE_FAULTS,
	EVENT_MINOR_FAULTS,
	EVENT_MAJOR_FAULTS,
	EVENT_CONTEXT_SWITCHES,
	EVENT_CPU_MIGRATIONS,
	/* Nothing is sampled: only CPU time is counted. */
	EVENT_NONE,
	EVENT_CHOICES
};

/* Names of the choices, in their order; a NULL ends them. */
extern const char *const sampling_names[EVENT_CHOICES + 1];

/* How the sampling is to be, whatever can be had. */
struct sampling_request {
	enum event_choice event;
	/* Samples a second and CPU; of events that count, the most that are wanted. */
	uint32_t rate_hz;
	/* Every period of a clock is the same, instead of drawn at random. */
	bool fixed_period;
};

struct sampling_event {
	/* As in `sampling_names`; never "auto". */
	const char *name;
	uint32_t type;
	uint64_t config;
	uint32_t rate_hz;
	/* CPU time is what samples stand for; else occurrences of the event. */
	bool is_time;
	/*
	 * Of CPU time: the mean period in the event's own unit, cycles or nanoseconds. 0 for events that count: the kernel
	 * adapts their period to the rate and says with each sample what it was.
	 */
	uint64_t period;
	bool fixed_period;
	/* What a period stands for: nanoseconds of a busy CPU; 1 for events that count. */
	uint64_t weight;
	/* They happen in the kernel: who may not look into it sees none. */
	bool in_kernel;
	/* Of EVENT_NONE: it never happens. */
	bool is_none;
};

/* Samples a second and CPU where nobody says how many, on so many CPUs. */
uint32_t sampling_automatic_rate(unsigned int cpus);

/* perf_event_open(2). */
int sampling_open(struct perf_event_attr *attr, pid_t pid, int cpu, int group, unsigned long flags);

/*
 * Chooses the event, of EVENT_AUTO cycles where there is a PMU that this process may use, else cpu-clock. False when it is
 * not to be had; errno says why.
 */
bool sampling_choose(const struct sampling_request *request, bool exclude_kernel, struct sampling_event *event);

/* Why the event cannot be had where the clocks can, and what to do, in a line; false when `error` is of another kind. */
bool sampling_explain(enum event_choice choice, int error, char *refusal, size_t size);

/* Fills in what both backends ask for of the sampling event. */
void sampling_fill(const struct sampling_event *event, bool exclude_kernel, struct perf_event_attr *attr);

/* What a sample stands for that a period of this length led to, in nanoseconds or occurrences. */
uint64_t sampling_weight(const struct sampling_event *event, uint64_t period);

#endif
