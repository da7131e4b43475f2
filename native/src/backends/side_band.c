// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "backends/side_band.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "backends/perf_record.h"
#include "backends/process_records.h"
#include "backends/sampling.h"

/*
 * A record is some 130 bytes: 2,000 of them between two turns are a million processes a second. What every user may lock
 * beside the rings of others (kernel.perf_event_mlock_kb) is 512 KiB a CPU; with less, more is lost and read anew.
 */
#define RING_BYTES (256 * 1024)
#define LEAST_RING_BYTES (16 * 1024)

/* Between two turns at the most, when strangers come and go all the time. */
#define LONGEST_PAUSE_NANOSECONDS (16 * SETTLE_NANOSECONDS)

bool side_band_open(struct side_band *side_band, char *refusal, size_t size)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_DUMMY,
		.sample_type = PERF_RECORD_IDENTITY,
		.sample_id_all = 1,
		.mmap = 1,
		.mmap2 = 1,
		.comm = 1,
		.comm_exec = 1,
		.task = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		/* Every record wakes: a short-lived process can only be looked into at once. */
		.watermark = 1,
		.wakeup_watermark = 1,
	};

	*side_band = (struct side_band){ .was_of_tree = true };
	if (perf_rings_list_cpus(&side_band->rings) &&
	    perf_rings_open(&side_band->rings, &attr, -1, RING_BYTES, LEAST_RING_BYTES))
		return true;
	snprintf(refusal, size, "cannot follow what processes map: %s; needs CAP_PERFMON or kernel.perf_event_paranoid <= 0, and "
				"%d KiB a CPU of kernel.perf_event_mlock_kb",
		 strerror(errno), LEAST_RING_BYTES / 1024);
	return false;
}

void side_band_wait(struct side_band *side_band, int timeout)
{
	uint64_t longest = timeout * 1000000ULL < LONGEST_PAUSE_NANOSECONDS ? timeout * 1000000ULL : LONGEST_PAUSE_NANOSECONDS;
	struct timespec pause = { 0 };

	side_band->pause = side_band->was_of_tree ? SETTLE_NANOSECONDS : side_band->pause * 2;
	if (side_band->pause > longest)
		side_band->pause = longest;
	pause.tv_nsec = side_band->pause;
	side_band->was_of_tree = poll(side_band->rings.owners, side_band->rings.cpu_count, timeout) <= 0;
	if (!side_band->was_of_tree)
		nanosleep(&pause, NULL);
}

void side_band_refresh(struct side_band *side_band)
{
	perf_rings_refresh(&side_band->rings);
}

static void take(void *context, const struct perf_event_header *header)
{
	struct side_band *side_band = context;

	side_band->was_of_tree |= process_records_take(side_band->processes, header);
	if (header->type == PERF_RECORD_LOST)
		side_band->lost += perf_record_lost(header);
}

void side_band_apply(struct side_band *side_band, uint64_t horizon, struct processes *processes)
{
	side_band->processes = processes;
	perf_rings_take(&side_band->rings, horizon, take, side_band);
}

void side_band_release(struct side_band *side_band)
{
	perf_rings_release(&side_band->rings);
}

void side_band_close(struct side_band *side_band)
{
	perf_rings_close(&side_band->rings);
	*side_band = (struct side_band){ 0 };
}
