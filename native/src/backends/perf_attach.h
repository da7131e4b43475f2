/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens the events of every thread of a tree that goes on living meanwhile. A thread that starts inherits the events its
 * parent has by then. One that is found later, and may have, is opened all the same, and given up again when a sample
 * shows that it has: it would count twice.
 */
#ifndef PROFBOUND_PERF_ATTACH_H
#define PROFBOUND_PERF_ATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "backends/comms.h"
#include "support/notes.h"
#include "backends/perf_events.h"
#include "target/process_tree.h"

/* A thread whose start the events of its parent reported. */
struct perf_birth {
	pid_t tid;
	pid_t parent_tid;
	/* CLOCK_MONOTONIC at the end of its creation. */
	uint64_t time;
};

struct perf_attach {
	struct perf_events *events;
	struct comms *comms;
	struct notes *limits;
	/* Since the first pass. */
	struct perf_birth *births;
	size_t born_count;
	struct thread_list found;
	unsigned int passes;
	/* The last pass found nothing that it had to open. */
	bool stable;
};

/* Takes note of a reported start. */
void perf_attach_born(struct perf_attach *attach, pid_t tid, pid_t parent_tid, uint64_t time);

/*
 * One pass in two steps: finds the threads that live now, then opens those that are not covered. In between the caller
 * waits for the kernel to report starts under way and takes in the rings, so that covered threads are known as such.
 * Repeated until `stable`. False with a one-line refusal.
 */
void perf_attach_find(struct perf_attach *attach, const pid_t *roots, size_t root_count);
bool perf_attach_open(struct perf_attach *attach, const pid_t *roots, size_t root_count, char *refusal, size_t size);

/* How many threads have events, opened or inherited. */
uint64_t perf_attach_tasks(const struct perf_attach *attach);

void perf_attach_free(struct perf_attach *attach);

#endif
