// SPDX-License-Identifier: Apache-2.0
#include "target/process_status.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/clock.h"
#include "target/process_tree.h"

/* Field `number` of a line of /proc/PID/stat, from 3 on: behind a name that may hold anything. NULL when it has none. */
static const char *field_of(const char *line, int number)
{
	const char *at = strrchr(line, ')');

	for (int field = 2; at && field < number; field++)
		at = strchr(at + 1, ' ');
	return at ? at + 1 : NULL;
}

/* Seconds since boot at which a process began. */
static bool read_start(pid_t pid, uint64_t *seconds)
{
	char line[PROCESS_STAT_BYTES];
	const char *start = process_stat_read(pid, line) ? field_of(line, 22) : NULL;

	if (!start)
		return false;
	*seconds = strtoull(start, NULL, 10) / sysconf(_SC_CLK_TCK);
	return true;
}

enum process_life process_life_of(pid_t pid)
{
	char line[PROCESS_STAT_BYTES];
	const char *state = process_stat_read(pid, line) ? field_of(line, 3) : NULL;
	const char *threads = state ? field_of(line, 20) : NULL;

	if (!threads)
		return PROCESS_ENDED;
	if (*state != 'Z' && *state != 'X')
		return PROCESS_LIVES;
	return strtol(threads, NULL, 10) > 1 ? PROCESS_WITHOUT_FIRST_THREAD : PROCESS_ENDED;
}

pid_t process_other_thread(pid_t pid)
{
	struct dirent *entry;
	char path[64];
	pid_t found = 0;
	DIR *threads;

	if (process_life_of(pid) != PROCESS_WITHOUT_FIRST_THREAD)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	threads = opendir(path);
	while (threads && !found && (entry = readdir(threads))) {
		pid_t tid = strtol(entry->d_name, NULL, 10);

		if (tid > 0 && tid != pid && process_life_of(tid) == PROCESS_LIVES)
			found = tid;
	}
	if (threads)
		closedir(threads);
	return found;
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
