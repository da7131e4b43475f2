/* SPDX-License-Identifier: Apache-2.0 */
/* What `profbound-collect record` was asked to do. */
#ifndef PROFBOUND_OPTIONS_H
#define PROFBOUND_OPTIONS_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "backends/sampling.h"

enum backend_choice { BACKEND_AUTO, BACKEND_BPF, BACKEND_PERF };

#define MAX_PIDS 64

struct options {
	/* Either processes to attach to, or a command to run; never both. */
	pid_t pids[MAX_PIDS];
	size_t pid_count;
	/* Or a cgroup; NULL: none. */
	const char *cgroup;
	char **command;
	/* Nanoseconds after which the capture ends; 0: until the target exits or a signal comes. */
	uint64_t duration;
	/* Nanoseconds during which the command is started again whenever it has ended; 0: it runs once. */
	uint64_t repeat;
	const char *out;
	/* A folder of the run's own that keeps what was read of files; NULL: none. */
	const char *cache;
	struct sampling_request sampling;
	enum backend_choice backend;
	uint32_t max_depth;
	/* Of the bpf backend's buffer; 0: by the number of CPUs. */
	uint32_t buffer_bytes;
	/* Where threads wait, too, and nanoseconds of blocks that are not told apart. */
	bool off_cpu;
	uint64_t off_cpu_min;
	/* Measure what walking stacks takes. */
	bool time_stacks;
	/* Have the kernel walk its stacks besides. */
	bool compare_kernel_stacks;
	/* CPUs of the command; only when `has_cpus`. */
	cpu_set_t cpus;
	bool has_cpus;
	/* CPU time burnt beside a command, of what it takes itself. */
	double percent;
};

/* Parses the arguments after the subcommand; ends with EXIT_USAGE and one clear line when they make no sense. */
void options_parse(int count, char **arguments, struct options *options);

/* Parses the arguments of `exec`: [--cpus LIST] -- COMMAND…. */
void options_parse_exec(int count, char **arguments, struct options *options);

/* Parses the arguments of `plant`: --percent P -- COMMAND…. */
void options_parse_plant(int count, char **arguments, struct options *options);

#endif
