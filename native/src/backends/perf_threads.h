/* SPDX-License-Identifier: Apache-2.0 */
/* The threads whose events are open: which to open, which to give up again, and what their counters say. */
#ifndef PROFBOUND_PERF_THREADS_H
#define PROFBOUND_PERF_THREADS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "backends/perf_events.h"

/*
 * Opens the events of a thread, which count and sample at once; 0, or the errno it failed with, and then none is open.
 * `doubtful`: the thread may have inherited events already. Its first sample of such an event will tell.
 */
int perf_threads_add(struct perf_events *events, pid_t tid, bool doubtful);

/*
 * Takes note of a sample of thread `tid` on `cpu` by the event `id`. When that was inherited by a doubtful thread, the
 * thread counts twice: its own counter, and its own event on that CPU, are closed.
 */
void perf_threads_settle(struct perf_events *events, pid_t tid, uint32_t cpu, uint64_t id);

/* The thread has ended: samples with its id are another's. */
void perf_threads_ended(struct perf_events *events, pid_t tid);

/* The thread's entry, NULL when it was not added. */
const struct perf_thread *perf_threads_find(const struct perf_events *events, pid_t tid);

/* From now on CPU time counts. */
void perf_threads_begin(struct perf_events *events);

/* CPU nanoseconds of all threads and what they have started, since the beginning. */
uint64_t perf_threads_cpu_time(const struct perf_events *events);

/*
 * Records that found no room in a ring. Says more than the PERF_RECORD_LOST in the rings, which only come with the next
 * record that finds some; 0 where the kernel does not count them.
 */
uint64_t perf_threads_lost(const struct perf_events *events);

/* Closes the events of all threads; perf_events_close() does. */
void perf_threads_close(struct perf_events *events);

#endif
