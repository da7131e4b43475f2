// SPDX-License-Identifier: Apache-2.0
#include "target/process_status.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/clock.h"

/* Seconds since boot at which a process began: field 22 of its stat file, behind a name that may hold anything. */
static bool read_start(pid_t pid, uint64_t *seconds)
{
	char path[64], line[1024];
	unsigned long long ticks;
	const char *at;
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	size = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[size] = '\0';
	at = strrchr(line, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, " %llu", &ticks) != 1)
		return false;
	*seconds = ticks / sysconf(_SC_CLK_TCK);
	return true;
}

bool process_status_read(pid_t pid, struct process_status *status)
{
	bool has_pid = false, has_user = false;
	char path[64], line[512];
	uint64_t after_boot;
	FILE *file;

	if (!read_start(pid, &after_boot))
		return false;
	status->started = time(NULL) - clock_nanoseconds(CLOCK_BOOTTIME) / NANOSECONDS + after_boot;
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		const char *last = strrchr(line, '\t');

		/* One pid for each nested namespace, and real, effective, saved, file-system user: the last is meant. */
		if (last && strncmp(line, "NSpid:", 6) == 0) {
			status->own_pid = strtol(last + 1, NULL, 10);
			has_pid = true;
		} else if (last && strncmp(line, "Uid:", 4) == 0) {
			status->user = strtoul(last + 1, NULL, 10);
			has_user = true;
		}
	}
	fclose(file);
	return has_pid && has_user;
}
