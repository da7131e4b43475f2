/* SPDX-License-Identifier: Apache-2.0 */
/* capture.json, schema profbound/capture@1: what is known of a capture beside its stacks. */
#ifndef PROFBOUND_CAPTURE_SUMMARY_H
#define PROFBOUND_CAPTURE_SUMMARY_H

#include "backends/backend.h"
#include "profile/recorder.h"
#include "backends/sampling.h"
#include "target/target.h"

struct capture_summary {
	const char *backend;
	const struct sampling_event *event;
	const struct target *target;
	uint64_t started_at; /* CLOCK_REALTIME, nanoseconds */
	uint64_t wall;	     /* nanoseconds */
	uint64_t collector_cpu;
	const struct capture_totals *totals;
	const struct recorder_counts *counts;
	const struct notes *limits;
};

/* Writes the file; false with errno set when it cannot. Every key is always there. */
bool capture_summary_write(const struct capture_summary *summary, FILE *file);

#endif
