/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */
/*
 * Where threads wait, as the BPF programs and the collector share it.
 *
 * The time of every wait is summed in the kernel by its place, which is cheap and exact. Which stacks a place stands for
 * is known from those blocks whose stack was taken: each comes with the odds by which it was.
 */
#ifndef PROFBOUND_OFFCPU_H
#define PROFBOUND_OFFCPU_H

#include "profile.h"

/* Places at once, all threads together; some ten a thread. Beyond, time is kept in off_cpu_totals.crowded. */
#define OFF_CPU_PLACES 65536

/*
 * Blocks whose stack is taken at a place are on average so far apart, in blocked time: 100 stacks a second of a thread.
 * As many again come of a thread's blocks whatever they lasted, so that those of slow threads are all there.
 */
#define OFF_CPU_PERIOD_NANOSECONDS 10000000ULL

/* Stacks a CPU takes in a tenth of a second before odds are halved there: at 5 µs each half a percent of it. */
#define OFF_CPU_STACKS_A_TENTH 100

/* Odds of 2^32 to 2^32: every block's stack is taken. */
#define OFF_CPU_ALWAYS 0xffffffffU

enum off_cpu_state {
	/* TASK_INTERRUPTIBLE: most waiting. */
	OFF_CPU_INTERRUPTIBLE,
	/* TASK_UNINTERRUPTIBLE: disks, page faults, some locks of the kernel. */
	OFF_CPU_UNINTERRUPTIBLE,
	/* By a signal or a tracer. */
	OFF_CPU_STOPPED,
	OFF_CPU_STATES,
};

enum off_cpu_kind {
	/* One call, told by the registers of user mode. */
	OFF_CPU_CALL,
	/* All blocks of a thread that were shorter than --off-cpu-min. */
	OFF_CPU_SHORT,
	/* The block a thread was in when it was found: nothing saw it begin. */
	OFF_CPU_BEFORE,
};

/* Where a thread waits, as far as it can be told without a stack. */
struct off_cpu_place {
	/* Counted from 1 as threads join: unlike a tid never used again. */
	__u32 thread;
	__u16 state; /* enum off_cpu_state */
	__u16 kind;  /* enum off_cpu_kind */
	/* Registers of user mode; zero unless `kind` is OFF_CPU_CALL. */
	__u64 ip;
	__u64 sp;
	__u64 bp;
	/* Number of the system call, or -1: a fault. */
	__s64 call;
};

struct off_cpu_sum {
	__u64 nanoseconds;
	__u64 blocks;
	/* Stacks taken. */
	__u64 stacks;
	__u32 pid;
	__u32 tid;
	char comm[16];
};

/* A block whose stack was taken has ended. */
struct off_cpu_record {
	struct record_header header;
	/* The value of the stack's record. */
	__u64 ticket;
	struct off_cpu_place place;
	__u64 nanoseconds;
	/* The stack was taken with a probability of (odds + 1) / 2^32. */
	__u32 odds;
	__u32 unused;
};

/* The capture, by CLOCK_MONOTONIC; 0 until it begins or ends. A cache line of its own: all CPUs read it at every switch. */
struct off_cpu_window {
	__u64 begin;
	__u64 end;
	__u64 unused[6];
};

/* Sums over all threads of the tree; what is open at the end of the capture is included. */
struct off_cpu_totals {
	/* From its beginning to its end within the capture, of every thread: the three below together. */
	__u64 thread_nanoseconds;
	__u64 running_nanoseconds;
	__u64 runnable_nanoseconds;
	__u64 blocked_nanoseconds;
	__u64 blocks;
	__u64 threads;
	/* Of all blocks, those for which there was no room among the places, by state. */
	struct {
		__u64 nanoseconds;
		__u64 blocks;
	} crowded[OFF_CPU_STATES];
	/* Stacks and ends of blocks that did not fit into the ring. */
	__u64 ring_full;
	__u64 storage_full;
};

/* What a block is known by until it ends: its thread and place, and its stack's number among the thread's. */
static inline __u64 off_cpu_ticket(const struct off_cpu_place *place, __u32 stack)
{
	return (__u64)place->thread << 32 | (stack & 0xfffffff) << 4 | (__u32)place->kind << 2 | place->state;
}

static inline __u32 off_cpu_ticket_thread(__u64 ticket)
{
	return ticket >> 32;
}

static inline enum off_cpu_kind off_cpu_ticket_kind(__u64 ticket)
{
	return (enum off_cpu_kind)(ticket >> 2 & 3);
}

static inline enum off_cpu_state off_cpu_ticket_state(__u64 ticket)
{
	return (enum off_cpu_state)(ticket & 3);
}

_Static_assert(sizeof(struct off_cpu_place) == 40, "both sides must agree on struct off_cpu_place");
_Static_assert(sizeof(struct off_cpu_sum) == 48, "both sides must agree on struct off_cpu_sum");
_Static_assert(sizeof(struct off_cpu_record) == 24 + 8 + 40 + 16, "both sides must agree on struct off_cpu_record");
_Static_assert(sizeof(struct off_cpu_window) == 64, "both sides must agree on struct off_cpu_window");
_Static_assert(sizeof(struct off_cpu_totals) == 8 * (6 + 2 * OFF_CPU_STATES + 2), "both sides must agree on struct off_cpu_totals");

#endif
