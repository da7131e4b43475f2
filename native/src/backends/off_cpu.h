/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where threads wait: splits the exact time of every place among the stacks that were taken there.
 *
 * A place is known to the kernel by its registers; callers of one function that lay out their frames alike share it. Of
 * n blocks at a place some have their stack taken, each with odds that were fixed before it happened; a stack gets the
 * part of the place's exact time that its blocks' durations over their odds are of all such (a ratio estimate). Blocks
 * whose stack was certain to be taken are not estimated: where all are, as of threads that block less than 100 times a
 * second, this is exact.
 */
#ifndef PROFBOUND_OFF_CPU_H
#define PROFBOUND_OFF_CPU_H

#include <linux/types.h>

#include "backends/backend.h"
#include "offcpu.h"
#include "profile/recorder.h"
#include "support/interner.h"

/* What one stack stands for at one place. */
struct off_cpu_share {
	uint32_t stack;
	/* The next of this place, plus 1. */
	uint32_t next;
	/* Of blocks whose stack was taken whatever came: what they are. */
	uint64_t certain_nanoseconds;
	uint64_t certain_blocks;
	/* Of the others: durations, and ones, over the probabilities that the stack was taken. */
	double nanoseconds;
	double blocks;
};

/* The last stack of a thread; its block may not have ended yet. */
struct off_cpu_pending {
	uint64_t ticket;
	uint32_t stack;
};

struct off_cpu {
	struct recorder *recorder;
	/* Those with stacks, as struct off_cpu_place. */
	struct interner places;
	/* For each place its first share, plus 1. */
	uint32_t *first;
	uint32_t first_capacity;
	struct off_cpu_share *shares;
	uint32_t share_count;
	uint32_t share_capacity;
	/* By the threads' numbers. */
	struct off_cpu_pending *pending;
	uint32_t pending_count;
	uint64_t stacks;
};

/* Takes the stack of a block that begins. */
void off_cpu_add_stack(struct off_cpu *off_cpu, uint64_t ticket, const struct sample *sample);

/* Takes the end of a block whose stack was taken; without effect when that never arrived. */
void off_cpu_add_block(struct off_cpu *off_cpu, const struct off_cpu_record *record);

/* Adds the sum of a place to the recorder's stacks. Called when all blocks have been added. */
void off_cpu_add_place(struct off_cpu *off_cpu, const struct off_cpu_place *place, const struct off_cpu_sum *sum,
		       struct off_cpu_account *account);

/* Adds all places of the BPF map `map` and what did not fit into it, and fills the account. */
void off_cpu_finish(struct off_cpu *off_cpu, int map, const struct off_cpu_totals *totals, struct off_cpu_account *account);

void off_cpu_free(struct off_cpu *off_cpu);

#endif
