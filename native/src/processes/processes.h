/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The processes of the captured tree, and which object each of their addresses lies in at the time of a sample: events
 * and samples are handed over in the order of time, all times are of CLOCK_MONOTONIC.
 */
#ifndef PROFBOUND_PROCESSES_H
#define PROFBOUND_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "support/interner.h"
#include "processes/mappings.h"
#include "processes/objects.h"

/* An address that means the same in every process that maps the object. */
struct location {
	uint32_t object;
	/* In generated code: when it ran, see location_moment(); 0: after all that was generated, or code that stays. */
	uint32_t moment;
	uint64_t address;
};

/* Some 17 ms. */
#define MOMENT_BITS 24

/* The moment of a time in CLOCK_MONOTONIC nanoseconds, which is not 0. */
static inline uint32_t location_moment(uint64_t time)
{
	return (uint32_t)(time >> MOMENT_BITS) + 1;
}

/* The middle of a location's moment; the end of all time where it has none. */
static inline uint64_t location_time(const struct location *location)
{
	return location->moment ? ((uint64_t)(location->moment - 1) << MOMENT_BITS) + (1ULL << (MOMENT_BITS - 1)) : UINT64_MAX;
}

enum placement {
	PLACED,
	/* The process lives, but nothing executable is mapped there. */
	PLACED_NOWHERE,
	/* The old image is gone and nothing of the new one is mapped: the registers still say where the old one was. */
	PLACED_BETWEEN_IMAGES,
	/* It was never seen alive. */
	PLACED_IN_GONE_PROCESS,
};

struct process_change {
	pid_t pid;
	/* Of all processes of a capture each has another, also when a pid is used again. */
	uint32_t generation;
	/* Each with its object; valid until the call returns. NULL: the process has ended. */
	const struct mappings *mappings;
};

typedef void process_listener(void *context, const struct process_change *change);

struct process;
struct process_ending;

struct processes {
	struct interner pids;
	/* For each of `pids` the process that has it; NULL when it has ended. */
	struct process **entries;
	struct objects *objects;
	uint32_t generations;
	/* Entries whose mappings changed since the last processes_publish(). */
	uint32_t *changed;
	size_t changed_count;
	struct process_ending *endings;
	size_t ending_count;
	bool must_read_again;
	process_listener *listener;
	void *context;
};

/* From now on processes_publish() calls `listener`. */
void processes_on_change(struct processes *processes, process_listener *listener, void *context);

/*
 * Tells the listener of each process whose mappings changed since the last time, and of each that has ended; forgets the
 * latter. Called when a batch of events has been taken in.
 */
void processes_publish(struct processes *processes);

/* The same, but of changes only: in the midst of a batch, whose events may still concern processes that have ended. */
void processes_publish_changes(struct processes *processes);

/* A process of the tree that lives now: its mappings are read, and what is heard of it from before is ignored. */
void processes_adopt(struct processes *processes, pid_t pid);

/* Whether it is a process of the tree. */
bool processes_has(const struct processes *processes, pid_t pid);

/* A process of the tree made a new one, with the same mappings and root. Nothing when `parent` is not of the tree. */
void processes_fork(struct processes *processes, uint64_t time, pid_t pid, pid_t parent);

/* The process replaced its image: all its mappings are void. */
void processes_exec(struct processes *processes, uint64_t time, pid_t pid);

/* The process mapped executable memory, or made memory executable. `mapping` has no object yet. */
void processes_map(struct processes *processes, uint64_t time, pid_t pid, const struct mapping *mapping);

/* The first thread of the process has ended, and with it most likely the process. */
void processes_exit(struct processes *processes, uint64_t time, pid_t pid);

/* Events were lost: the next processes_publish() reads the mappings of all living processes. */
void processes_lost(struct processes *processes);

/* The state of process `pid`, which is of the tree even if no event said so; read when the first address is placed. */
struct process *processes_get(struct processes *processes, pid_t pid);

/* Finds what `address` lies in; looks into the process again when it is in nothing known, but not too often. */
enum placement process_place(struct processes *processes, struct process *process, uint64_t address,
			     struct location *location);

void processes_free(struct processes *processes);

#endif
