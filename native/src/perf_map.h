/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_PERF_MAP_H
#define PROFBOUND_PERF_MAP_H

#include <sys/types.h>

#include "symbols.h"

/* Where JIT code's name came from. */
struct perf_map_name {
	char name[512];
	char file[1024];
	uint32_t line;
};

/*
 * Reads the perf map of a process: /proc/PID/root/tmp/perf-NSPID.map while it lives, else /tmp/perf-PID.map.
 * Later entries replace earlier ones. False when there is none.
 */
bool perf_map_read(struct symbols *symbols, pid_t pid, pid_t namespace_pid);

/* Parses a perf map's text: one "HEXSTART HEXSIZE NAME" a line; lines of another form are skipped. */
void perf_map_parse(struct symbols *symbols, char *text, size_t size);

/*
 * Takes V8's names apart: "JS:*tokenize /srv/app.js:12:3" is function tokenize, defined in /srv/app.js, line 12.
 * Any other text is its own name, without file.
 */
void perf_map_name_parse(const char *text, struct perf_map_name *name);

#endif
