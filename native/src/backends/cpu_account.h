/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPU time of a process tree as the scheduler accounts for it: without what interrupts and the hypervisor took from
 * it, which perf's task clock counts as the task's. Read from the clocks of the processes, which end with them; so it is
 * complete only as long as no process ends but those that this program itself waits for.
 */
#ifndef PROFBOUND_CPU_ACCOUNT_H
#define PROFBOUND_CPU_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct process_time {
	pid_t pid;
	/* Nanoseconds of all its threads, dead ones too. */
	uint64_t own;
	/* Its first thread had ended already: nobody will tell when the process ends. */
	bool is_headless;
};

struct cpu_account {
	const pid_t *roots;
	size_t root_count;
	/* The tree at the beginning. */
	struct process_time *before;
	size_t before_count;
	/* Nanoseconds of the processes this one has waited for. */
	uint64_t waited_before;
	/* The roots are copies of this process, which wait for each of their children. Not so once they have executed. */
	bool copies;
	/* A process ended whose time nobody holds. */
	bool incomplete;
	uint64_t nanoseconds;
};

/* `roots` must live as long as the account. */
void cpu_account_begin(struct cpu_account *account, const pid_t *roots, size_t root_count);

/* A process became another program; a process, a child of `parent`, ended. */
void cpu_account_exec(struct cpu_account *account, pid_t pid);
void cpu_account_exit(struct cpu_account *account, pid_t pid, pid_t parent);

/* Sums up into `nanoseconds`; what is heard of later may still make it incomplete. */
void cpu_account_end(struct cpu_account *account);
void cpu_account_free(struct cpu_account *account);

/* Nanoseconds of waited-for children in a line of /proc/PID/stat, to the clock tick (10 ms); 0 when it is not such a line. */
uint64_t process_stat_children(const char *line);

#endif
