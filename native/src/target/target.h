/* SPDX-License-Identifier: Apache-2.0 */
/* What is captured: processes that run already, or a command that is started for it. */
#ifndef PROFBOUND_TARGET_H
#define PROFBOUND_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "options.h"
#include "target/cgroup.h"

struct target {
	bool is_command;
	/* What is captured instead of processes, if its id is not 0. */
	struct cgroup_target cgroup;
	pid_t pids[MAX_PIDS];
	size_t pid_count;
	/* How often the command ran to its end with exit code 0. */
	uint64_t runs;
	/* How the command, or its last run, ended; -1 where it did not end that way. */
	int exit_code;
	int signal;
	/* Every process of the target has ended. */
	bool exited;

	int pidfds[MAX_PIDS];
	/* A byte written to it lets the command start. */
	int gate_fd;
	/* The command's side reports here. */
	int report_fd;
};

/*
 * Attaches to the processes, or forks the command and holds it before its first instruction, so that it can be captured
 * from there. Ends with EXIT_CANNOT_MEASURE when there is no such process.
 */
void target_open(struct target *target, const struct options *options);

/* Lets a held command start; ends with EXIT_CANNOT_MEASURE when it cannot be executed. */
void target_release(struct target *target);

/* Whether any of its processes still runs; takes in what has happened since the last call. */
bool target_runs(struct target *target);

/* Ends the command with everything it started, and takes in how it ended. Processes attached to are left alone. */
void target_close(struct target *target);

/* The `exec` subcommand: becomes the command, on its CPUs, bound to die with the parent. */
_Noreturn void target_exec(const struct options *options);

#endif
