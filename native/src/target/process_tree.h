/* SPDX-License-Identifier: Apache-2.0 */
/* Who descends from whom, as /proc shows it at one moment. */
#ifndef PROFBOUND_PROCESS_TREE_H
#define PROFBOUND_PROCESS_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct thread_id {
	pid_t pid;
	pid_t tid;
};

struct thread_list {
	struct thread_id *items;
	size_t count;
};

/* All threads of the roots and of everything that descends from them; `list` is replaced. */
void process_tree_threads(const pid_t *roots, size_t root_count, struct thread_list *list);
void thread_list_free(struct thread_list *list);

#define PROCESS_STAT_BYTES 512

/* Reads /proc/PID/stat; false when the process is gone. */
bool process_stat_read(pid_t pid, char line[PROCESS_STAT_BYTES]);

/* The parent in a line of /proc/PID/stat, whose second field may contain anything; -1 when it is not such a line. */
pid_t process_stat_parent(const char *line);

#endif
