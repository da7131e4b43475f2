/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a process, shared by the half that takes events and the half that places addresses. */
#ifndef PROFBOUND_PROCESS_STATE_H
#define PROFBOUND_PROCESS_STATE_H

#include "processes/processes.h"

/* A process that loads its libraries misses often at first: the second reading may follow this soon. */
#define FIRST_REREAD_NANOSECONDS 1000000ULL

struct process {
	pid_t pid;
	uint32_t generation;
	struct mappings mappings;
	/* What is older than this is in `mappings` already, or void. */
	uint64_t known_at;
	/* Its root folder, or its parent's when it was made; belongs to the objects, -1: none was to be had. */
	int root;
	/* When a miss last had its maps read, and how long the next is believed without that. */
	uint64_t read_at;
	uint64_t patience;
	/* Object of its generated code; 0 when it has none. */
	uint32_t generated;
	bool is_changed;
	/* It replaced its image and has mapped nothing since. */
	bool is_between_images;
};

/* A process whose first thread has ended. */
struct process_ending {
	uint32_t index;
	uint32_t generation;
	uint64_t time;
};

/* The process that has the pid now, and its index in `entries`; NULL: none of the tree has. */
struct process *process_find(const struct processes *processes, pid_t pid, uint32_t *index);

/* A process of which nothing is known takes over the pid. */
struct process *process_add(struct processes *processes, pid_t pid);

/* It has ended: tells the listener. */
void process_forget(struct processes *processes, uint32_t index);

/* Tells the listener of the process; `mappings` NULL: that it has ended. */
void process_tell(const struct processes *processes, const struct process *process, const struct mappings *mappings);

/* Its mappings changed. */
void process_changed(struct processes *processes, struct process *process);

/* Takes note of its root folder, if it lives. */
void process_look_up_root(struct processes *processes, struct process *process);

/* The object of one of its mappings: a file, or what the process generated. */
uint32_t process_object_of(struct processes *processes, struct process *process, const struct mapping *mapping);

/* Replaces what is known by what /proc shows now; false when the process is gone or may not be looked into. */
bool process_read_all(struct processes *processes, struct process *process);

/* Maps over what is known. */
void process_insert(struct processes *processes, struct process *process, const struct mapping *mapping);

#endif
