// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "backends/perf_events.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

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
	attr->mmap = 1;
	attr->mmap2 = 1;
	attr->task = 1;
	attr->use_clockid = 1;
	attr->clockid = CLOCK_MONOTONIC;
	attr->watermark = 1;
	attr->read_format = PERF_FORMAT_LOST;
}

/* Events of this process that never fire, for the rings that hang on them. */
static bool open_rings(struct perf_events *events)
{
	struct perf_event_attr attr = events->attr;
	bool opened;

	attr.type = PERF_TYPE_SOFTWARE;
	attr.config = PERF_COUNT_SW_DUMMY;
	attr.freq = 0;
	attr.sample_period = 0;
	attr.inherit = 0;
	attr.comm = attr.comm_exec = attr.task = attr.mmap = attr.mmap2 = 0;
	attr.wakeup_watermark = RING_BYTES / 2;
	opened = perf_rings_open(&events->rings, &attr, 0, RING_BYTES, LEAST_RING_BYTES);
	events->attr.wakeup_watermark = attr.wakeup_watermark;
	events->attr.read_format = attr.read_format;
	return opened;
}

bool perf_events_open(struct perf_events *events, const struct sampling_event *event, bool exclude_kernel,
		      uint32_t stack_frames, char *refusal, size_t size)
{
	*events = (struct perf_events){ 0 };
	if (!perf_rings_list_cpus(&events->rings)) {
		snprintf(refusal, size, "cannot read /sys/devices/system/cpu/online");
		return false;
	}
	period_seed(&events->periods, event->fixed_period || event->period == 0);
	if (!perf_events_reserve(events, 1, refusal, size))
		return false;
	fill_sampling(events, event, exclude_kernel, stack_frames);
	if (open_rings(events))
		return true;
	if (errno == ENOBUFS)
		snprintf(refusal, size, "cannot lock %d KiB of memory a CPU for samples: other captures of this user hold it; "
					"raise kernel.perf_event_mlock_kb",
			 LEAST_RING_BYTES / 1024);
	else
		privileges_explain_perf(errno, refusal, size);
	return false;
}

bool perf_events_reserve(struct perf_events *events, size_t threads, char *refusal, size_t size)
{
	size_t needed = OTHER_FILES + events->rings.cpu_count + (events->thread_count + threads) * (events->rings.cpu_count + 1);
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
		 events->thread_count + threads, events->rings.cpu_count, needed, (unsigned long long)limit.rlim_cur, needed);
	return false;
}

void perf_events_close(struct perf_events *events)
{
	perf_threads_close(events);
	perf_rings_close(&events->rings);
	*events = (struct perf_events){ 0 };
}
