// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "backends/perf_threads.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "support/clock.h"
#include "support/fail.h"

static int open_counter(const struct perf_events *events, pid_t tid)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_TASK_CLOCK,
		.inherit = 1,
		/* What is allowed here decides about permission only: the task clock runs in the kernel as well. */
		.exclude_kernel = events->attr.exclude_kernel,
		.exclude_hv = 1,
	};

	return sampling_open(&attr, tid, -1, -1, 0);
}

/*
 * A sampling event whose records go to the ring of its CPU; -1 with errno set. Its period is drawn once and stays: a new
 * one would begin at once, so that threads that run less than a period between two would never be sampled; it would not
 * reach inherited events; and the kernel swaps those of threads that it switches between.
 */
static int open_sampling(struct perf_events *events, pid_t tid, size_t index)
{
	struct perf_event_attr attr = events->attr;
	int fd, error;

	attr.sample_period = period_draw(&events->periods, events->attr.sample_period);
	fd = sampling_open(&attr, tid, events->rings.cpus[index], -1, 0);

	if (fd < 0 || ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, events->rings.owners[index].fd) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* The ids of the thread's sampling events. */
static uint64_t *read_ids(const struct perf_events *events, const int *sampling)
{
	uint64_t *ids = must_allocate(events->rings.cpu_count, sizeof(*ids));

	for (size_t i = 0; i < events->rings.cpu_count; i++)
		ioctl(sampling[i], PERF_EVENT_IOC_ID, &ids[i]);
	return ids;
}

int perf_threads_add(struct perf_events *events, pid_t tid, bool doubtful)
{
	struct perf_thread thread = { .tid = tid };
	size_t opened = 0;
	int *sampling, error;

	events->threads = must_resize(events->threads, events->thread_count + 1, sizeof(*events->threads));
	events->sampling = must_resize(events->sampling, (events->thread_count + 1) * events->rings.cpu_count, sizeof(*events->sampling));
	sampling = events->sampling + events->thread_count * events->rings.cpu_count;
	/* First the counter: a thread that is being started may inherit the first events without the last, so that a
	 * sample of an inherited event says that the counter was inherited too. */
	thread.counter = open_counter(events, tid);
	if (thread.counter < 0)
		return errno;
	while (opened < events->rings.cpu_count && (sampling[opened] = open_sampling(events, tid, opened)) >= 0)
		opened++;
	if (opened == events->rings.cpu_count) {
		thread.opened = clock_nanoseconds(CLOCK_MONOTONIC);
		thread.own_ids = doubtful ? read_ids(events, sampling) : NULL;
		events->doubtful_count += doubtful;
		events->threads[events->thread_count++] = thread;
		return 0;
	}
	error = errno;
	while (opened > 0)
		close(sampling[--opened]);
	close(thread.counter);
	return error;
}

static struct perf_thread *find_doubtful(const struct perf_events *events, pid_t tid)
{
	for (size_t i = 0; events->doubtful_count && i < events->thread_count; i++) {
		if (events->threads[i].own_ids && events->threads[i].tid == tid)
			return &events->threads[i];
	}
	return NULL;
}

static void close_once(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void perf_threads_settle(struct perf_events *events, pid_t tid, uint32_t cpu, uint64_t id)
{
	struct perf_thread *thread = find_doubtful(events, tid);
	size_t index = 0;

	while (index < events->rings.cpu_count && events->rings.cpus[index] != cpu)
		index++;
	if (!thread || index == events->rings.cpu_count || thread->own_ids[index] == id)
		return;
	close_once(&thread->counter);
	close_once(&events->sampling[(size_t)(thread - events->threads) * events->rings.cpu_count + index]);
}

void perf_threads_ended(struct perf_events *events, pid_t tid)
{
	struct perf_thread *thread = find_doubtful(events, tid);

	if (!thread)
		return;
	free(thread->own_ids);
	thread->own_ids = NULL;
	events->doubtful_count--;
}

const struct perf_thread *perf_threads_find(const struct perf_events *events, pid_t tid)
{
	for (size_t i = 0; i < events->thread_count; i++) {
		if (events->threads[i].tid == tid)
			return &events->threads[i];
	}
	return NULL;
}

static uint64_t read_counter(const struct perf_thread *thread)
{
	uint64_t nanoseconds;

	return read(thread->counter, &nanoseconds, sizeof(nanoseconds)) == sizeof(nanoseconds) ? nanoseconds : thread->before;
}

void perf_threads_begin(struct perf_events *events)
{
	for (size_t i = 0; i < events->thread_count; i++)
		events->threads[i].before = read_counter(&events->threads[i]);
}

uint64_t perf_threads_cpu_time(const struct perf_events *events)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < events->thread_count; i++)
		sum += read_counter(&events->threads[i]) - events->threads[i].before;
	return sum;
}

uint64_t perf_threads_lost(const struct perf_events *events)
{
	uint64_t sum = 0;

	for (size_t i = 0; events->attr.read_format && i < events->thread_count * events->rings.cpu_count; i++) {
		struct {
			uint64_t value, lost;
		} counts;

		if (read(events->sampling[i], &counts, sizeof(counts)) == sizeof(counts))
			sum += counts.lost;
	}
	return sum;
}

void perf_threads_close(struct perf_events *events)
{
	for (size_t i = 0; i < events->thread_count * events->rings.cpu_count; i++)
		close_once(&events->sampling[i]);
	for (size_t i = 0; i < events->thread_count; i++) {
		close_once(&events->threads[i].counter);
		free(events->threads[i].own_ids);
	}
	free(events->threads);
	free(events->sampling);
	events->threads = NULL;
	events->sampling = NULL;
	events->thread_count = 0;
	events->doubtful_count = 0;
}
