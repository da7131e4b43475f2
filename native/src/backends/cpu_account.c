// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "backends/cpu_account.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "support/clock.h"
#include "support/fail.h"
#include "target/process_status.h"
#include "target/process_tree.h"

/* The clock of clock_getcpuclockid(3); 0 when the process is gone. */
static uint64_t own_time(pid_t pid)
{
	return clock_nanoseconds((clockid_t)((~(unsigned int)pid << 3) | 2));
}

/* What this process has waited for. */
static uint64_t waited_time(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_CHILDREN, &usage))
		return 0;
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * NANOSECONDS +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

uint64_t process_stat_children(const char *line)
{
	const char *after = strrchr(line, ')');
	uint64_t user, system;

	/* state, 12 numbers, and then cutime and cstime. */
	if (!after || sscanf(after + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64 " %" SCNu64, &user,
			     &system) != 2)
		return 0;
	return (user + system) * (NANOSECONDS / sysconf(_SC_CLK_TCK));
}

static bool is_root(const struct cpu_account *account, pid_t pid)
{
	for (size_t i = 0; i < account->root_count; i++) {
		if (account->roots[i] == pid)
			return true;
	}
	return false;
}

/* What the roots have waited for; they had waited for nothing when they were copied. */
static uint64_t copies_time(const struct cpu_account *account)
{
	uint64_t sum = 0;

	for (size_t i = 0; account->copies && i < account->root_count; i++) {
		char line[PROCESS_STAT_BYTES];

		if (process_stat_read(account->roots[i], line))
			sum += process_stat_children(line);
	}
	return sum;
}

/* Whether all roots are children of this process. */
static bool roots_are_children(const struct cpu_account *account)
{
	for (size_t i = 0; i < account->root_count; i++) {
		char line[PROCESS_STAT_BYTES];

		if (!process_stat_read(account->roots[i], line) || process_stat_parent(line) != getpid())
			return false;
	}
	return true;
}

/* The times of all processes of the tree now. */
static struct process_time *read_times(const struct cpu_account *account, size_t *count)
{
	struct thread_list threads = { 0 };
	struct process_time *times;

	process_tree_threads(account->roots, account->root_count, &threads);
	times = must_allocate(threads.count, sizeof(*times));
	*count = 0;
	/* Threads of a process come one after the other. */
	for (size_t i = 0; i < threads.count; i++) {
		pid_t pid = threads.items[i].pid;

		if (*count == 0 || times[*count - 1].pid != pid)
			times[(*count)++] = (struct process_time){
				.pid = pid,
				.own = own_time(pid),
				.is_headless = process_life_of(pid) == PROCESS_WITHOUT_FIRST_THREAD,
			};
	}
	thread_list_free(&threads);
	return times;
}

void cpu_account_begin(struct cpu_account *account, const pid_t *roots, size_t root_count)
{
	*account = (struct cpu_account){ .roots = roots, .root_count = root_count };
	account->before = read_times(account, &account->before_count);
	account->waited_before = waited_time();
	account->copies = roots_are_children(account);
}

void cpu_account_exec(struct cpu_account *account, pid_t pid)
{
	account->copies &= !is_root(account, pid);
}

void cpu_account_exit(struct cpu_account *account, pid_t pid, pid_t parent)
{
	bool waited_for_here = is_root(account, pid) && parent == getpid();
	bool waited_for_by_copy = is_root(account, parent) && account->copies;

	account->incomplete |= !waited_for_here && !waited_for_by_copy;
}

void cpu_account_end(struct cpu_account *account)
{
	size_t after_count;
	struct process_time *after = read_times(account, &after_count);

	/* A root that is waited for brings what it had waited for, and is no longer there to be asked. */
	account->nanoseconds = waited_time() - account->waited_before + copies_time(account);
	for (size_t i = 0; i < after_count; i++)
		account->nanoseconds += after[i].own;
	/* What ended was waited for with all of its life. */
	for (size_t i = 0; i < account->before_count; i++) {
		account->nanoseconds -= account->before[i].own;
		account->incomplete |= account->before[i].is_headless && process_life_of(account->before[i].pid) == PROCESS_ENDED;
	}
	free(after);
}

void cpu_account_free(struct cpu_account *account)
{
	free(account->before);
	*account = (struct cpu_account){ 0 };
}
