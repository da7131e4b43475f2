/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From raw samples to a pprof file: takes what either backend saw, finds which file each address belongs to while the
 * process still lives, keeps every distinct stack once, and names everything at the end.
 */
#ifndef PROFBOUND_RECORDER_H
#define PROFBOUND_RECORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "profile/pprof.h"
#include "unwind.h"

struct naming_account;
struct processes;
struct recorder;

/*
 * One sample as a backend saw it. Addresses are leaf first; nothing is kept by reference. Those of user mode may have
 * UNWIND_BY_FRAME_POINTER and UNWIND_INTERRUPTED set.
 */
struct sample {
	/* Thread group id and thread id as this process sees them. */
	pid_t pid;
	pid_t tid;
	uint32_t cpu;
	/* CLOCK_MONOTONIC nanoseconds; 0: not known. */
	uint64_t time;
	/* What the sample stands for, in nanoseconds or occurrences of the sampled event. */
	uint64_t weight;
	/* The thread's name. */
	const char *comm;
	const uint64_t *kernel;
	uint32_t kernel_depth;
	const uint64_t *user;
	uint32_t user_depth;
	/* Where the user stack ends. */
	enum unwind_end end;
	/* All of it was found by frame pointers; otherwise each frame says so itself. */
	bool by_frame_pointers;
};

/* Counts by cause; the causes are listed in causes.h. */
#define RECORDER_CAUSES 8
struct cause_count {
	const char *cause; /* NULL: unused */
	uint64_t samples;
};

struct cpu_count {
	uint32_t cpu;
	/* NUMA node the CPU is of. */
	uint32_t node;
	uint64_t samples;
	uint64_t weight;
};

/* Depths are counted in steps of two: up to 1, 2, 4 … 1024 user frames. */
#define DEPTH_STEPS 11

struct recorder_counts {
	uint64_t samples;
	uint64_t weight;
	uint64_t truncated;
	/* Samples by how many user frames they have: at most 1 << index, more than half of it. None are not counted. */
	uint64_t depths[DEPTH_STEPS];
	/* Samples whose user stack did not reach a thread's first function. */
	struct cause_count incomplete[RECORDER_CAUSES];
	/* Samples whose leaf has no name. */
	struct cause_count unresolved[RECORDER_CAUSES];
	/* Ascending by cpu; only CPUs with samples. Belongs to the recorder. */
	const struct cpu_count *cpus;
	uint32_t cpu_count;
};

/* What the pprof file says of the capture as a whole. */
struct recorder_window {
	uint64_t started_at;  /* CLOCK_REALTIME, nanoseconds */
	uint64_t duration;    /* nanoseconds */
	/* What samples stand for: cpu in nanoseconds, or how often the sampled event occurred. */
	struct pprof_value_type value;
	uint64_t period;      /* mean of what a sample stands for, in the unit of `value` */
};

struct recorder *recorder_new(void);
void recorder_free(struct recorder *recorder);

/* Takes a sample. Reads /proc/PID/maps when an address is in no known mapping. */
void recorder_add(struct recorder *recorder, const struct sample *sample);

/* What is known of where a thread waits. */
enum wait_origin {
	/* The stack it began with. */
	WAIT_SEEN,
	/* It began before the capture: the kernel's part of the stack at most. */
	WAIT_BEFORE,
	/* No stack was taken of this place. */
	WAIT_NOT_TAKEN,
	/* Shorter than what is told apart. */
	WAIT_SHORT,
	/* There were too many places. */
	WAIT_CROWDED,
};

/* Takes the stack of a wait in `state`, without any weight yet; returns its number. Equal stacks have one. */
uint32_t recorder_add_wait(struct recorder *recorder, const struct sample *sample, const char *state, enum wait_origin origin);

/* Adds weight to a wait's stack. */
void recorder_weigh_wait(struct recorder *recorder, uint32_t stack, uint64_t blocks, uint64_t nanoseconds);

/* The processes that samples are placed in: what happens to them is told there, in the order of time with the samples. */
struct processes *recorder_processes(struct recorder *recorder);

/* Addresses in the kernel of all samples so far, once each; the caller's to free. */
uint64_t *recorder_kernel_addresses(const struct recorder *recorder, size_t *count);

/* Says which function of the kernel an address lies in. As soon as one is named, /proc/kallsyms is not asked any more. */
void recorder_name_kernel(struct recorder *recorder, uint64_t address, const char *name);

/*
 * Accounts for kernel time the backend may not look into: one stack, [kernel, not visible to this user], that weighs
 * `weight` nanoseconds and counts no samples.
 */
void recorder_add_hidden_kernel(struct recorder *recorder, uint64_t weight);

/*
 * Reads on in the perf maps of what was sampled: between two samplings, and at the end, when nothing can be added any more.
 * The last is the last thing that takes rights over other users' files. False where no process has generated code.
 */
bool recorder_follow_maps(struct recorder *recorder);

/* Reads perf maps and symbol tables and names every address. Needs no privileges. */
void recorder_resolve(struct recorder *recorder);

/* How many files with samples could not be kept open, so that nothing in them has a name: MAX_KEPT_FILES is the bound. */
uint32_t recorder_files_not_kept(const struct recorder *recorder);

/* What of names could not be read or kept; complete after recorder_resolve(). */
const struct naming_account *recorder_naming(const struct recorder *recorder);

/* What was taken; complete after recorder_resolve(). */
void recorder_count(const struct recorder *recorder, struct recorder_counts *counts);

/* Which of the stacks. */
enum recorder_profile {
	/* samples/count, cpu/nanoseconds */
	RECORDER_CPU,
	/* offcpu/nanoseconds, events/count */
	RECORDER_OFF_CPU,
};

/* Writes gzipped pprof; false with errno set when it cannot. */
bool recorder_write(const struct recorder *recorder, enum recorder_profile profile, const struct recorder_window *window,
		    FILE *file);

#endif
