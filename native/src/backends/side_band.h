/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel reports of all processes beside the samples: starts, images, executable mappings, ends. From one event
 * a CPU that counts nothing; the caller picks those of the captured tree.
 */
#ifndef PROFBOUND_SIDE_BAND_H
#define PROFBOUND_SIDE_BAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backends/perf_rings.h"
#include "processes/processes.h"

struct side_band {
	struct perf_rings rings;
	struct processes *processes;
	/* How long side_band_wait() lets records gather, nanoseconds. */
	uint64_t pause;
	/* Some of the records since the last wait were of the tree, or there were none. */
	bool was_of_tree;
	/* Records that found no room. */
	uint64_t lost;
};

/* Begins to record; false with a one-line refusal. */
bool side_band_open(struct side_band *side_band, char *refusal, size_t size);

/*
 * Waits at most `timeout` milliseconds, less when something happened: then until that is old enough to be taken, or
 * longer when for some time it was only strangers to whom something happened.
 */
void side_band_wait(struct side_band *side_band, int timeout);

/* Takes notice of what was recorded until now. */
void side_band_refresh(struct side_band *side_band);

/* Tells `processes` what was noticed, up to `horizon` (CLOCK_MONOTONIC). */
void side_band_apply(struct side_band *side_band, uint64_t horizon, struct processes *processes);

/* Gives the room of what was told back to the kernel. */
void side_band_release(struct side_band *side_band);

void side_band_close(struct side_band *side_band);

#endif
