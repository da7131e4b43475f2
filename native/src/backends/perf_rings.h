/* SPDX-License-Identifier: Apache-2.0 */
/* A ring a CPU, each of an event of its own, read as one stream of records in the order of time. */
#ifndef PROFBOUND_PERF_RINGS_H
#define PROFBOUND_PERF_RINGS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "backends/perf_ring.h"

/* Records younger than this wait for the next turn: another CPU may still be writing one that is older. */
#define SETTLE_NANOSECONDS 1000000ULL

struct perf_rings {
	/* Those online. */
	uint32_t *cpus;
	size_t cpu_count;
	/* For each of `cpus`. */
	struct perf_ring *rings;
	/* The events the rings hang on, to be polled; not opened: -1. */
	struct pollfd *owners;
};

typedef void perf_taker(void *context, const struct perf_event_header *record);

/* False when the kernel does not list the CPUs that are online. */
bool perf_rings_list_cpus(struct perf_rings *rings);

/*
 * Opens an event of `pid` (-1: everything) on every CPU and maps a ring of `bytes` to each, or of what may be locked if
 * that is at least `least_bytes`. A watermark in `attr` above 1 is set to half a ring, and what the kernel does not know
 * of read_format is taken out. False with errno set, ENOBUFS: too little may be locked.
 */
bool perf_rings_open(struct perf_rings *rings, struct perf_event_attr *attr, pid_t pid, size_t bytes, size_t least_bytes);

/* Takes notice of what the kernel has written. */
void perf_rings_refresh(struct perf_rings *rings);

/* Hands over the records noticed so far up to `horizon` (CLOCK_MONOTONIC) in the order of time. */
void perf_rings_take(struct perf_rings *rings, uint64_t horizon, perf_taker *take, void *context);

/* Gives the room of what was handed over back to the kernel. */
void perf_rings_release(struct perf_rings *rings);

/* All three at once. */
void perf_rings_drain(struct perf_rings *rings, uint64_t horizon, perf_taker *take, void *context);

void perf_rings_close(struct perf_rings *rings);

#endif
