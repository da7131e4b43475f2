/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that a perf map said while it was followed. Its lines have no times: each gets that of the reading before the one
 * that found it, since when it may have been written. A map that is written anew keeps what it said before; one that is
 * removed keeps all.
 */
#ifndef PROFBOUND_PERF_MAP_HISTORY_H
#define PROFBOUND_PERF_MAP_HISTORY_H

#include "symbols/perf_map.h"

/* What one reading found. */
struct perf_map_part {
	/* CLOCK_MONOTONIC nanoseconds; 0 for the first reading. */
	uint64_t since;
	/* Where it ends in the text. */
	size_t end;
};

struct perf_map_history {
	char *text;
	size_t size;
	struct perf_map_part *parts;
	size_t part_count;
	/* The file that was read last, and up to where. */
	dev_t device;
	ino_t inode;
	off_t offset;
	/* When it was last looked for; 0: never. */
	uint64_t read_at;
	/* Bytes for which the last reading had no room. */
	size_t unread;
	/* It was there at least once. */
	bool is_known;
	/* In its place, or in that of a jitdump file, was one that is older than the process or another user's. */
	bool is_stale;
};

/* Reads what the owner's map has that was not read before, `room` bytes at most; `now` is CLOCK_MONOTONIC nanoseconds. */
void perf_map_follow(struct perf_map_history *history, const struct perf_map_owner *owner, size_t room, uint64_t now);

/* Adds the symbols of all lines, whole ones only, each with its time. The text is used up. */
void perf_map_history_add(const struct perf_map_history *history, struct symbols *symbols);

void perf_map_history_free(struct perf_map_history *history);

#endif
