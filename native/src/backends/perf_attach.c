// SPDX-License-Identifier: Apache-2.0
#include "backends/perf_attach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/fail.h"
#include "backends/perf_threads.h"
#include "target/privileges.h"
#include "target/process_tree.h"

/* A tree that starts threads all the time is never stable: by then those that start are covered by inheritance. */
#define MAX_PASSES 20

/*
 * From the copying of the parent's events to the report of the start takes the kernel some tens of microseconds, or a
 * time slice when it is preempted in between.
 */
#define LONGEST_CREATION_NANOSECONDS 10000000ULL

void perf_attach_born(struct perf_attach *attach, pid_t tid, pid_t parent_tid, uint64_t time)
{
	attach->births = must_resize(attach->births, attach->born_count + 1, sizeof(*attach->births));
	attach->births[attach->born_count++] = (struct perf_birth){ .tid = tid, .parent_tid = parent_tid, .time = time };
}

void perf_attach_free(struct perf_attach *attach)
{
	free(attach->births);
	thread_list_free(&attach->found);
	*attach = (struct perf_attach){ 0 };
}

static const struct perf_birth *find_birth(const struct perf_attach *attach, pid_t tid)
{
	for (size_t i = attach->born_count; i-- > 0;) {
		if (attach->births[i].tid == tid)
			return &attach->births[i];
	}
	return NULL;
}

/* Whether the thread has all its events already for sure: its own, or those of the thread that started it. */
static bool is_covered(const struct perf_attach *attach, pid_t tid)
{
	const struct perf_birth *birth = find_birth(attach, tid);
	const struct perf_thread *parent;

	if (perf_threads_find(attach->events, tid))
		return true;
	if (!birth)
		return false;
	parent = perf_threads_find(attach->events, birth->parent_tid);
	/* A parent without events of its own reports by inherited ones, and passes all of them on. */
	return !parent || birth->time > parent->opened + LONGEST_CREATION_NANOSECONDS;
}

uint64_t perf_attach_tasks(const struct perf_attach *attach)
{
	uint64_t tasks = attach->events->thread_count;

	for (size_t i = 0; i < attach->born_count; i++)
		tasks += perf_threads_find(attach->events, attach->births[i].tid) == NULL;
	return tasks;
}

static bool is_root(pid_t pid, const pid_t *roots, size_t root_count)
{
	for (size_t i = 0; i < root_count; i++) {
		if (roots[i] == pid)
			return true;
	}
	return false;
}

/* What `error` on opening the events of a thread means: false, with a refusal, when there can be no capture. */
static bool can_do_without(struct perf_attach *attach, const struct thread_id *thread, bool root, int error, char *refusal,
			   size_t size)
{
	char reason[400];

	/* It has ended meanwhile. */
	if (error == ESRCH)
		return true;
	privileges_explain_target(thread->pid, error, reason, sizeof(reason));
	if (root || (error != EACCES && error != EPERM)) {
		snprintf(refusal, size, "%s", reason);
		return false;
	}
	notes_add(attach->limits, "A process of the tree is left out: %s.", reason);
	return true;
}

void perf_attach_find(struct perf_attach *attach, const pid_t *roots, size_t root_count)
{
	process_tree_threads(roots, root_count, &attach->found);
}

/* How many of those found have no events yet; moves them to the front. */
static size_t keep_uncovered(const struct perf_attach *attach)
{
	struct thread_id *found = attach->found.items;
	size_t kept = 0;

	for (size_t i = 0; i < attach->found.count; i++) {
		if (!is_covered(attach, found[i].tid))
			found[kept++] = found[i];
	}
	return kept;
}

bool perf_attach_open(struct perf_attach *attach, const pid_t *roots, size_t root_count, char *refusal, size_t size)
{
	size_t wanted = keep_uncovered(attach);

	attach->passes++;
	attach->stable = true;
	if (!perf_events_reserve(attach->events, wanted, refusal, size))
		return false;
	for (size_t i = 0; i < wanted; i++) {
		const struct thread_id *thread = &attach->found.items[i];
		/* What was found before anything was opened can have inherited nothing. */
		int error = perf_threads_add(attach->events, thread->tid, attach->passes > 1);

		if (error == 0) {
			/* Its name now: it may have ended when its first sample is read. */
			comms_get(attach->comms, thread->pid, thread->tid);
			attach->stable = attach->passes >= MAX_PASSES;
		} else if (!can_do_without(attach, thread, is_root(thread->pid, roots, root_count), error, refusal, size)) {
			return false;
		}
	}
	if (attach->events->thread_count > 0)
		return true;
	snprintf(refusal, size, "process %d has ended", roots[0]);
	return false;
}
