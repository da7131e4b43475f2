/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */
/*
 * The wire between the BPF programs and the collector: both sides include this and nothing else of each other.
 */
#ifndef PROFBOUND_PROFILE_H
#define PROFBOUND_PROFILE_H

#include "kernel_stack.h"
#include "unwind.h"

/* Frames of a user stack that can be kept. */
#define MAX_STACK_DEPTH 1024

/* PERF_MAX_STACK_DEPTH: bpf_get_stack() returns no more frames of the kernel than this. */
#define MAX_KERNEL_DEPTH 127

/*
 * Nobody is woken for a record: the collector drains at least every 250 ms, of rates above 1,000 Hz every 50. A MiB a CPU
 * holds 3,000 usual stacks, 800 of 128 frames, or 100 of the largest; 1,000 Hz leave 250 between two drains. The collector
 * sets the size by the number of CPUs, and no smaller than that of 16.
 */
#define RING_BYTES_PER_CPU (1024 * 1024)

/* Processes with a space, threads not counted; kernels give out no more than 4 Mi ids, servers use hundreds. */
#define UNWIND_PROCESSES 8192

enum record_kind {
	RECORD_SAMPLE = 1,
	/* The stack of a thread that blocks, and how long it then did: offcpu.h. */
	RECORD_OFF_CPU_STACK = 3,
	RECORD_OFF_CPU_BLOCK = 4,
	/* Set besides the kind: a struct copied_record. */
	RECORD_COPIED = 0x100,
};

struct record_header {
	__u32 kind;
	__u32 pid; /* thread group id */
	__u32 tid;
	__u32 cpu;
	__u64 time; /* CLOCK_MONOTONIC, nanoseconds */
};

/* A stack and what it weighs; only as long as its frames need. */
struct stack_record {
	struct record_header header;
	/* What the stack stands for, in the unit of the record's kind. */
	__u64 value;
	char comm[16];
	__u16 user_depth;
	__u16 kernel_depth;
	/* enum unwind_end */
	__u16 end;
	/* Bytes of a frame of the kernel: 4 where all its code lies in the highest 2 GiB, where nearly all does; else 8. */
	__u16 kernel_width;
	/* The user's from the leaf on, with UNWIND_BY_FRAME_POINTER; behind them the kernel's, `kernel_width` each. */
	__u64 frames[MAX_STACK_DEPTH + MAX_KERNEL_DEPTH];
};

/*
 * The samples of one CPU on their way to the collector. None but the program that takes them writes there, so that it needs no lock, and
 * half the time of the ring that all programs share. It holds 900 usual stacks; what has no room goes into the shared ring.
 */
#define SAMPLE_RING_BYTES (256 * 1024)

/* Records are copied there in pieces of so many bytes, the last of them whole, whatever of it is the record's. */
#define SAMPLE_PIECE_BYTES 64

struct sample_ring {
	/* Bytes since the capture began: written by the program, taken by the collector. */
	__u64 written;
	__u64 of_another_line[7];
	__u64 taken;
	__u64 of_another_line_too[7];
	/* Records, each behind a word with its size. The last may go on behind the end, and by what is copied too much. */
	__u64 records[(SAMPLE_RING_BYTES + 8 + sizeof(struct stack_record) + SAMPLE_PIECE_BYTES) / 8];
};

/* CPUs whose periods are known one by one; as many as the collector samples. */
#define MAX_SAMPLED_CPUS 1024

/* The sampling period of a CPU, a cache line of its own. */
struct cpu_period {
	/* Written by the collector before it gives the event a new period: its length, and that of the one before. */
	__u64 length;
	__u64 previous;
	__u64 generation;
	/* Of the last sample: the generation, and what the event had counted. */
	__u64 seen;
	__u64 counter;
	__u64 unused[3];
};

/* Bytes of a stack that are copied at most: where unwinding by copies is usual, four times less has been found enough. */
#define MAX_COPIED_BYTES 32768
#define STACK_PAGE 4096

/*
 * What lies below rsp and is not written by anyone but the thread (System V ABI for x86-64, 3.2.2). Where a function has taken its
 * caller's registers from the stack, but not returned yet, unwind information says that they are there.
 */
#define RED_ZONE_BYTES 128

/* Copies a process may send until the collector has published its space, which it does at once when it hears of it, or at a drain. */
#define COPIES_PER_PROCESS 128

/* A stack to be walked by the collector; only as long as what could be read. */
struct copied_record {
	struct record_header header;
	__u64 value;
	char comm[16];
	__u32 kernel_depth;
	__u32 stack_bytes;
	/* Of the first byte of `stack`. */
	__u64 stack_address;
	/* By enum unwind_register. */
	__u64 registers[UNWIND_REGISTERS];
	__u64 kernel[MAX_KERNEL_DEPTH];
	__u8 stack[MAX_COPIED_BYTES];
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
	/* Stacks sent as copies, and those that were not because the process had sent too many. */
	__u64 copied;
	__u64 copies_refused;
	/* Stacks of the kernel that it was asked for, because they could not be walked by its table. */
	__u64 kernel_stacks_asked;
	/* Only with --compare-kernel-stacks: those that the kernel walked besides, and those it found otherwise. */
	__u64 kernel_stacks_compared;
	__u64 kernel_stacks_different;
	/* Only with --time-stacks: what samples of the tree took, and what walking stacks of user mode and of the kernel did. */
	__u64 sample_nanoseconds;
	__u64 user_walk_nanoseconds;
	__u64 kernel_walk_nanoseconds;
};

_Static_assert(sizeof(struct record_header) == 24, "both sides must agree on struct record_header");
_Static_assert(sizeof(struct stack_record) == 24 + 8 + 16 + 8 + 8 * (MAX_STACK_DEPTH + MAX_KERNEL_DEPTH),
	       "both sides must agree on struct stack_record");
_Static_assert(sizeof(struct sample_ring) % 8 == 0, "both sides must agree on where each CPU's begins");
_Static_assert(sizeof(struct cpu_period) == 64, "both sides must agree on struct cpu_period");
_Static_assert(sizeof(struct copied_record) == 24 + 8 + 16 + 8 + 8 + 8 * (UNWIND_REGISTERS + MAX_KERNEL_DEPTH) + MAX_COPIED_BYTES,
	       "both sides must agree on struct copied_record");
_Static_assert(sizeof(struct totals) == 96, "both sides must agree on struct totals");

#endif
