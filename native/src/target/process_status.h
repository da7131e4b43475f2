/* SPDX-License-Identifier: Apache-2.0 */
/* Who a process is, as /proc tells. */
#ifndef PROFBOUND_PROCESS_STATUS_H
#define PROFBOUND_PROCESS_STATUS_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

struct process_status {
	/* Its pid in its own pid namespace. */
	pid_t own_pid;
	/* Whose files it creates: its file-system user. */
	uid_t user;
	/* CLOCK_REALTIME seconds, rounded down. */
	time_t started;
};

/* False when the process is gone. */
bool process_status_read(pid_t pid, struct process_status *status);

enum process_life {
	PROCESS_LIVES,
	/* Its first thread has ended, others run on. */
	PROCESS_WITHOUT_FIRST_THREAD,
	/* Nothing but its status is left, if that. */
	PROCESS_ENDED,
};

enum process_life process_life_of(pid_t pid);

/*
 * A thread that runs in a process whose first one has ended: /proc/PID shows neither memory nor files then, /proc/TID, which
 * no listing has, does. 0 where the first thread runs, or none does.
 */
pid_t process_other_thread(pid_t pid);

#endif
