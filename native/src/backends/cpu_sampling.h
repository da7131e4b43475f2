/* SPDX-License-Identifier: Apache-2.0 */
/* The bpf backend's sampling events: one a CPU, each with a period that is drawn anew four times a second. */
#ifndef PROFBOUND_CPU_SAMPLING_H
#define PROFBOUND_CPU_SAMPLING_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>

#include "backends/period.h"
#include "backends/sampling.h"
#include "support/bounds.h"

struct cpu_period;

struct cpu_sampling {
	struct bpf_link *links[MAX_CPUS];
	/* The events; they belong to the links. */
	int events[MAX_CPUS];
	struct period_generator generator;
	/* For each CPU, shared with the programs. */
	struct cpu_period *periods;
	/* Mean of the periods, in the event's unit; 0: the kernel adapts them. */
	uint64_t mean;
	/* CLOCK_MONOTONIC when they were last drawn. */
	uint64_t drawn;
};

/* Opens the event on every CPU and attaches `program`; false with a one-line refusal. */
bool cpu_sampling_open(struct cpu_sampling *sampling, const struct sampling_event *event, struct bpf_program *program,
		       struct cpu_period *periods, char *refusal, size_t size);

/* Draws new periods when it is time to. */
void cpu_sampling_redraw(struct cpu_sampling *sampling);

void cpu_sampling_close(struct cpu_sampling *sampling);

#endif
