/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_PERF_MAP_H
#define PROFBOUND_PERF_MAP_H

#include <sys/types.h>
#include <time.h>

#include "symbols/symbols.h"

/* Where JIT code's name came from. */
struct perf_map_name {
	char name[512];
	char file[1024];
	uint32_t line;
};

/* Whose perf map is meant. A file left behind by another process of the same pid is not it. */
struct perf_map_owner {
	/* The process's root folder (O_PATH); not owned. */
	int root;
	/* Its pid as it sees itself: what it names the file by. */
	pid_t pid;
	uid_t user;
	/* CLOCK_REALTIME seconds. */
	time_t started;
};

/*
 * Opens /tmp/perf-PID.map below the owner's root; -1 when there is none that is the owner's. `*is_stale` becomes true where
 * there is one that is older than the process or another user's.
 */
int perf_map_open(const struct perf_map_owner *owner, bool *is_stale);

/* The same for /tmp/jit-PID.dump, a jitdump file that could not be mapped, as where /tmp is mounted noexec. */
int perf_map_open_jitdump(const struct perf_map_owner *owner, bool *is_stale);

/* Parses a perf map's text: one "HEXSTART HEXSIZE NAME" a line; lines of another form are skipped and counted. */
void perf_map_parse(struct symbols *symbols, char *text, size_t size);

/*
 * Takes V8's names apart: "JS:*tokenize /srv/app.js:12:3" is function tokenize, defined in /srv/app.js, line 12.
 * Any other text is its own name, without file.
 */
void perf_map_name_parse(const char *text, struct perf_map_name *name);

#endif
