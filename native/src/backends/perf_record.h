/* SPDX-License-Identifier: Apache-2.0 */
/* The records of a perf ring, taken apart. Layouts are those of perf_event_open(2) for the fields asked for here. */
#ifndef PROFBOUND_PERF_RECORD_H
#define PROFBOUND_PERF_RECORD_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What perf_record_time() needs of an event with sample_id_all. */
#define PERF_RECORD_IDENTITY (PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID | PERF_SAMPLE_CPU)

/* What every sampling event asks for; with sample_id_all, the identity also ends the records that are not samples. */
#define PERF_RECORD_FIELDS \
	(PERF_RECORD_IDENTITY | PERF_SAMPLE_IP | PERF_SAMPLE_PERIOD | PERF_SAMPLE_CALLCHAIN)

/* Stacks are leaf first and point into the record. */
struct perf_sample {
	pid_t pid;
	pid_t tid;
	uint32_t cpu;
	/* The event it is of; what was inherited bears the id of the event that was opened. */
	uint64_t id;
	/* What led to it, in the event's unit. */
	uint64_t period;
	const uint64_t *kernel;
	uint32_t kernel_depth;
	const uint64_t *user;
	uint32_t user_depth;
};

struct perf_comm {
	pid_t pid;
	pid_t tid;
	/* The process replaced its image, which is why its name changed. */
	bool exec;
	/* Always ends in a NUL. */
	const char *name;
};

/* PERF_RECORD_FORK and PERF_RECORD_EXIT. */
struct perf_task {
	pid_t pid;
	pid_t parent_pid;
	pid_t tid;
	pid_t parent_tid;
};

/* PERF_RECORD_MMAP2: executable memory of a process. */
struct perf_mapping {
	pid_t pid;
	uint64_t start;
	uint64_t end;
	/* Of `start` in the file. */
	uint64_t offset;
	uint64_t device; /* major << 32 | minor */
	uint64_t inode;
	bool executable;
	/* As the process sees it, in the words of /proc/PID/maps or "//anon"; always ends in a NUL. */
	const char *name;
};

/* When the record was made, in the clock the event was opened with; 0 when the record is too short to say. */
uint64_t perf_record_time(const struct perf_event_header *header);

/* Each is false when the record is shorter than its own counts claim. */
bool perf_record_sample(const struct perf_event_header *header, struct perf_sample *sample);
bool perf_record_comm(const struct perf_event_header *header, struct perf_comm *comm);
bool perf_record_task(const struct perf_event_header *header, struct perf_task *task);

bool perf_record_mapping(const struct perf_event_header *header, struct perf_mapping *mapping);

/* How many records a PERF_RECORD_LOST stands for. */
uint64_t perf_record_lost(const struct perf_event_header *header);

#endif
