/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */
/*
 * The wire between the BPF programs and the collector: both sides include this and nothing else of each other.
 */
#ifndef PROFBOUND_PROFILE_H
#define PROFBOUND_PROFILE_H

/* PERF_MAX_STACK_DEPTH: bpf_get_stack() returns no more frames than this, kernel and user each. */
#define MAX_STACK_DEPTH 127

/*
 * Nobody is woken for a record: the collector drains at least every 20 ms. A MiB a CPU holds 500 of the largest records,
 * 25 times what 1,000 Hz leave between two drains; the collector sets the size by the number of CPUs.
 */
#define RING_BYTES_PER_CPU (1024 * 1024)

enum record_kind {
	RECORD_SAMPLE = 1,
	/* A process of the tree replaced its image: what was known of its mappings is void. */
	RECORD_EXEC = 2,
};

struct record_header {
	__u32 kind;
	__u32 pid; /* thread group id */
	__u32 tid;
	__u32 cpu;
	__u64 time; /* CLOCK_MONOTONIC, nanoseconds */
};

struct sample_record {
	struct record_header header;
	char comm[16];
	/* Bytes in each stack as bpf_get_stack() returned them; negative is its error. */
	__s32 kernel_bytes;
	__s32 user_bytes;
	__u64 kernel[MAX_STACK_DEPTH];
	__u64 user[MAX_STACK_DEPTH];
};

/* What the task iterator does with each task it visits. */
enum walk_mode {
	/* Make members of the tree: roots, their threads, and children of members. Repeated until nothing is added. */
	WALK_ADOPT = 1,
	/* Set every member's baseline to now: the capture begins. */
	WALK_BASELINE = 2,
	/* Add what every member ran since it was last accounted for: the capture ends. */
	WALK_SETTLE = 3,
};

#define MAX_ROOTS 64

/* Written by the programs, read by the collector when all is over. */
struct totals {
	__u64 cpu_nanoseconds;
	__u64 tasks;
	__u64 ring_full;
	__u64 storage_full;
};

_Static_assert(sizeof(struct record_header) == 24, "both sides must agree on struct record_header");
_Static_assert(sizeof(struct sample_record) == 24 + 16 + 8 + 2 * MAX_STACK_DEPTH * 8, "both sides must agree on struct sample_record");
_Static_assert(sizeof(struct totals) == 32, "both sides must agree on struct totals");

#endif
