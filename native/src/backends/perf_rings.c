// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "backends/perf_rings.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "backends/perf_record.h"
#include "backends/sampling.h"
#include "support/bounds.h"
#include "support/cpulist.h"
#include "support/fail.h"

bool perf_rings_list_cpus(struct perf_rings *rings)
{
	cpu_set_t online;

	*rings = (struct perf_rings){ 0 };
	if (!cpulist_online(&online))
		return false;
	rings->cpus = must_allocate(MAX_CPUS, sizeof(*rings->cpus));
	for (uint32_t cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (CPU_ISSET(cpu, &online))
			rings->cpus[rings->cpu_count++] = cpu;
	}
	rings->rings = must_allocate(rings->cpu_count, sizeof(*rings->rings));
	rings->owners = must_allocate(rings->cpu_count, sizeof(*rings->owners));
	for (size_t i = 0; i < rings->cpu_count; i++)
		rings->owners[i].fd = -1;
	return true;
}

static bool open_ring(struct perf_rings *rings, size_t index, struct perf_event_attr *attr, pid_t pid, size_t *bytes,
		      size_t least_bytes)
{
	for (; *bytes >= least_bytes; *bytes /= 2) {
		int owner;

		if (attr->wakeup_watermark > 1)
			attr->wakeup_watermark = *bytes / 2;
		owner = sampling_open(attr, pid, rings->cpus[index], -1, 0);
		if (owner < 0 && errno == EINVAL && attr->read_format) {
			/* Linux before 6.0 does not count losses apart. */
			attr->read_format = 0;
			owner = sampling_open(attr, pid, rings->cpus[index], -1, 0);
		}
		if (owner < 0)
			return false;
		if (perf_ring_map(&rings->rings[index], owner, *bytes)) {
			rings->owners[index] = (struct pollfd){ .fd = owner, .events = POLLIN };
			return true;
		}
		close(owner);
		if (errno != EPERM)
			return false;
	}
	errno = ENOBUFS;
	return false;
}

bool perf_rings_open(struct perf_rings *rings, struct perf_event_attr *attr, pid_t pid, size_t bytes, size_t least_bytes)
{
	for (size_t i = 0; i < rings->cpu_count; i++) {
		if (!open_ring(rings, i, attr, pid, &bytes, least_bytes))
			return false;
	}
	return true;
}

void perf_rings_refresh(struct perf_rings *rings)
{
	for (size_t i = 0; i < rings->cpu_count; i++)
		perf_ring_refresh(&rings->rings[i]);
}

/* The ring whose oldest record is the oldest of all, if that is no younger than `horizon`. */
static struct perf_ring *oldest_ring(struct perf_rings *rings, uint64_t horizon)
{
	struct perf_ring *oldest = NULL;

	for (size_t i = 0; i < rings->cpu_count; i++) {
		const struct perf_event_header *header = perf_ring_peek(&rings->rings[i]);

		if (header && perf_record_time(header) <= horizon) {
			horizon = perf_record_time(header);
			oldest = &rings->rings[i];
		}
	}
	return oldest;
}

void perf_rings_take(struct perf_rings *rings, uint64_t horizon, perf_taker *take, void *context)
{
	struct perf_ring *ring;

	while ((ring = oldest_ring(rings, horizon))) {
		take(context, perf_ring_peek(ring));
		perf_ring_skip(ring);
	}
}

void perf_rings_release(struct perf_rings *rings)
{
	for (size_t i = 0; i < rings->cpu_count; i++)
		perf_ring_release(&rings->rings[i]);
}

void perf_rings_drain(struct perf_rings *rings, uint64_t horizon, perf_taker *take, void *context)
{
	perf_rings_refresh(rings);
	perf_rings_take(rings, horizon, take, context);
	perf_rings_release(rings);
}

void perf_rings_close(struct perf_rings *rings)
{
	for (size_t i = 0; i < rings->cpu_count; i++) {
		if (rings->owners[i].fd < 0)
			continue;
		perf_ring_unmap(&rings->rings[i]);
		close(rings->owners[i].fd);
	}
	free(rings->cpus);
	free(rings->rings);
	free(rings->owners);
	*rings = (struct perf_rings){ 0 };
}
