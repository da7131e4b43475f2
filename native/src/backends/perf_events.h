/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events of the unprivileged backend: for every thread a sampling event on every CPU, because the kernel maps no
 * buffer of an inherited event that is not bound to a CPU, and one counter of its CPU time. What those threads start
 * inherits both. Samples of one CPU, of whatever thread, go to one ring.
 */
#ifndef PROFBOUND_PERF_EVENTS_H
#define PROFBOUND_PERF_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "backends/perf_rings.h"
#include "backends/period.h"
#include "backends/sampling.h"

/* A thread whose events are open. */
struct perf_thread {
	pid_t tid;
	/* Counts the CPU time of the thread and of what it has started since; -1 when another thread's does. */
	int counter;
	/* What it had counted when the capture began. */
	uint64_t before;
	/* Only of a thread that may have inherited events besides: the ids of its own sampling events. */
	uint64_t *own_ids;
	/* CLOCK_MONOTONIC after the last of its events was opened. */
	uint64_t opened;
};

struct perf_events {
	/* Each of an event of this process that never counts: it lives as long as this process wants. */
	struct perf_rings rings;
	struct perf_thread *threads;
	size_t thread_count;
	/* Threads with `own_ids`. */
	size_t doubtful_count;
	/* Sampling events, `cpu_count` for each thread. */
	int *sampling;
	/* Its period is the mean; each sampling event has one of its own. */
	struct perf_event_attr attr;
	struct period_generator periods;
};

/* Opens the rings; false with a one-line refusal. */
bool perf_events_open(struct perf_events *events, const struct sampling_event *event, bool exclude_kernel,
		      uint32_t stack_frames, char *refusal, size_t size);

/* Makes sure that `threads` more threads fit the limit on file descriptors; false with a one-line refusal. */
bool perf_events_reserve(struct perf_events *events, size_t threads, char *refusal, size_t size);

void perf_events_close(struct perf_events *events);

#endif
