/* SPDX-License-Identifier: Apache-2.0 */
/* The processes that were sampled, and which object each of their addresses lies in. */
#ifndef PROFBOUND_PROCESSES_H
#define PROFBOUND_PROCESSES_H

#include "support/interner.h"
#include "processes/mappings.h"
#include "processes/objects.h"

/* An address that means the same in every process that maps the object. */
struct location {
	uint32_t object;
	uint32_t unused; /* zero: locations are compared as bytes */
	uint64_t address;
};

enum placement {
	PLACED,
	/* The process lives, but nothing executable is mapped there. */
	PLACED_NOWHERE,
	/* It was never seen alive. */
	PLACED_IN_GONE_PROCESS,
};

struct process;

struct processes {
	struct interner pids;
	/* For each of `pids`. */
	struct process **entries;
	struct objects *objects;
};

/* The state of process `pid`; its mappings are read when the first address is placed. */
struct process *processes_get(struct processes *processes, pid_t pid);

/* The process replaced its image: forgets its mappings and reads the new ones. */
void processes_exec(struct processes *processes, pid_t pid);

/* Finds what `address` lies in; reads the mappings again when it is in none, but not too often. */
enum placement process_place(struct processes *processes, struct process *process, uint64_t address,
			     struct location *location);

void processes_free(struct processes *processes);

#endif
