// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "backends/perf_events.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "support/cpulist.h"
#include "support/fail.h"
#include "support/bounds.h"
#include "backends/perf_record.h"
#include "backends/perf_threads.h"
#include "target/privileges.h"

/*
 * 512 KiB a CPU is what kernel.perf_event_mlock_kb lets a user lock by default (516), and holds 400 of the deepest
 * samples. Where less is allowed, less is taken; below 32 KiB the ring would overflow between two drains.
 */
#define RING_BYTES (512 * 1024)
#define LEAST_RING_BYTES (32 * 1024)

/* Files that are open besides the events: the recorder's, standard streams, processes, what is being read. */
#define OTHER_FILES (MAX_KEPT_FILES + 64)

static void fill_sampling(struct perf_events *events, const struct sampling_event *event, bool exclude_kernel,
			  uint32_t stack_frames)
{
	struct perf_event_attr *attr = &events->attr;

	sampling_fill(event, exclude_kernel, attr);
	attr->sample_type = PERF_RECORD_FIELDS;
	attr->sample_id_all = 1;
	attr->sample_max_stack = stack_frames;
	attr->exclude_callchain_kernel = exclude_kernel;
	attr->inherit = 1;
	attr->comm = 1;
	attr->comm_exec = 1;
	attr->task = 1;
	attr->use_clockid = 1;
	attr->clockid = CLOCK_MONOTONIC;
	attr->watermark = 1;
	attr->read_format = PERF_FORMAT_LOST;
}

/* An event of this process that never fires, for the ring that hangs on it. */
static int open_owner(const struct perf_events *events, uint32_t cpu)
{
	struct perf_event_attr attr = events->attr;

	attr.type = PERF_TYPE_SOFTWARE;
	attr.config = PERF_COUNT_SW_DUMMY;
	attr.freq = 0;
	attr.sample_period = 0;
	attr.inherit = 0;
	attr.comm = attr.comm_exec = attr.task = 0;
	return sampling_open(&attr, 0, cpu, -1, 0);
}

static bool open_ring(struct perf_events *events, size_t index, size_t *bytes)
{
	int owner;

	for (; *bytes >= LEAST_RING_BYTES; *bytes /= 2) {
		events->attr.wakeup_watermark = *bytes / 2;
		owner = open_owner(events, events->cpus[index]);
		if (owner < 0 && errno == EINVAL && events->attr.read_format) {
			/* Linux before 6.0 does not count losses apart. */
			events->attr.read_format = 0;
			owner = open_owner(events, events->cpus[index]);
		}
		if (owner < 0)
			return false;
		if (perf_ring_map(&events->rings[index], owner, *bytes)) {
			events->owners[index] = (struct pollfd){ .fd = owner, .events = POLLIN };
			return true;
		}
		close(owner);
		if (errno != EPERM)
			return false;
	}
	return false;
}

static void list_cpus(struct perf_events *events, const cpu_set_t *online)
{
	events->cpus = must_allocate(MAX_CPUS, sizeof(*events->cpus));
	for (uint32_t cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (CPU_ISSET(cpu, online))
			events->cpus[events->cpu_count++] = cpu;
	}
	events->rings = must_allocate(events->cpu_count, sizeof(*events->rings));
	events->owners = must_allocate(events->cpu_count, sizeof(*events->owners));
	for (size_t i = 0; i < events->cpu_count; i++)
		events->owners[i].fd = -1;
}

bool perf_events_open(struct perf_events *events, const struct sampling_event *event, bool exclude_kernel,
		      uint32_t stack_frames, char *refusal, size_t size)
{
	size_t bytes = RING_BYTES;
	cpu_set_t online;

	*events = (struct perf_events){ 0 };
	if (!cpulist_online(&online)) {
		snprintf(refusal, size, "cannot read /sys/devices/system/cpu/online");
		return false;
	}
	period_seed(&events->periods, event->fixed_period || event->period == 0);
	list_cpus(events, &online);
	if (!perf_events_reserve(events, 1, refusal, size))
		return false;
	fill_sampling(events, event, exclude_kernel, stack_frames);
	for (size_t i = 0; i < events->cpu_count; i++) {
		if (open_ring(events, i, &bytes))
			continue;
		if (bytes < LEAST_RING_BYTES)
			snprintf(refusal, size, "cannot lock %d KiB of memory a CPU for samples: other captures of this user hold it; "
						"raise kernel.perf_event_mlock_kb",
				 LEAST_RING_BYTES / 1024);
		else
			privileges_explain_perf(errno, refusal, size);
		return false;
	}
	return true;
}

bool perf_events_reserve(struct perf_events *events, size_t threads, char *refusal, size_t size)
{
	size_t needed = OTHER_FILES + events->cpu_count + (events->thread_count + threads) * (events->cpu_count + 1);
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return true;
	if (limit.rlim_cur < needed && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (needed <= limit.rlim_cur)
		return true;
	snprintf(refusal, size, "%zu threads on %zu CPUs need %zu file descriptors and the limit is %llu; raise it (ulimit -Hn %zu), "
				"or give profbound-collect cap_bpf,cap_perfmon, which needs none a thread",
		 events->thread_count + threads, events->cpu_count, needed, (unsigned long long)limit.rlim_cur, needed);
	return false;
}

/* The ring whose oldest record is the oldest of all, if that is no younger than `horizon`. */
static struct perf_ring *oldest_ring(struct perf_events *events, uint64_t horizon)
{
	struct perf_ring *oldest = NULL;

	for (size_t i = 0; i < events->cpu_count; i++) {
		const struct perf_event_header *header = perf_ring_peek(&events->rings[i]);

		if (header && perf_record_time(header) <= horizon) {
			horizon = perf_record_time(header);
			oldest = &events->rings[i];
		}
	}
	return oldest;
}

void perf_events_drain(struct perf_events *events, uint64_t horizon, void (*take)(const struct perf_event_header *record))
{
	struct perf_ring *ring;

	for (size_t i = 0; i < events->cpu_count; i++)
		perf_ring_refresh(&events->rings[i]);
	while ((ring = oldest_ring(events, horizon))) {
		take(perf_ring_peek(ring));
		perf_ring_skip(ring);
	}
	for (size_t i = 0; i < events->cpu_count; i++)
		perf_ring_release(&events->rings[i]);
}

void perf_events_close(struct perf_events *events)
{
	perf_threads_close(events);
	for (size_t i = 0; i < events->cpu_count; i++) {
		if (events->owners[i].fd < 0)
			continue;
		perf_ring_unmap(&events->rings[i]);
		close(events->owners[i].fd);
	}
	free(events->cpus);
	free(events->rings);
	free(events->owners);
	*events = (struct perf_events){ 0 };
}
