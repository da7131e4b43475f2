// SPDX-License-Identifier: Apache-2.0
#include "backends/off_cpu.h"

#include <bpf/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "profile/causes.h"
#include "support/apportion.h"
#include "support/fail.h"

static const char *const state_names[OFF_CPU_STATES] = {
	[OFF_CPU_INTERRUPTIBLE] = "interruptible",
	[OFF_CPU_UNINTERRUPTIBLE] = "uninterruptible",
	[OFF_CPU_STOPPED] = "stopped",
};

/* Makes room for element `index` of an array; new elements are zero. */
static void *reserve(void *array, uint32_t *capacity, uint32_t index, size_t size)
{
	uint32_t before = *capacity;

	if (index < before)
		return array;
	*capacity = index < 128 ? 256 : index * 2;
	array = must_resize(array, *capacity, size);
	memset((char *)array + before * size, 0, (*capacity - before) * size);
	return array;
}

void off_cpu_add_stack(struct off_cpu *off_cpu, uint64_t ticket, const struct sample *sample)
{
	uint32_t thread = off_cpu_ticket_thread(ticket);
	enum off_cpu_kind kind = off_cpu_ticket_kind(ticket);
	struct off_cpu_pending pending = {
		.ticket = ticket,
		.stack = recorder_add_wait(off_cpu->recorder, sample, state_names[off_cpu_ticket_state(ticket)],
					   kind == OFF_CPU_BEFORE ? WAIT_BEFORE : WAIT_SEEN),
	};

	off_cpu->pending = reserve(off_cpu->pending, &off_cpu->pending_count, thread, sizeof(*off_cpu->pending));
	off_cpu->pending[thread] = pending;
	off_cpu->stacks++;
}

/* The share of `stack` in a place, made if there is none. */
static struct off_cpu_share *find_share(struct off_cpu *off_cpu, uint32_t place, uint32_t stack)
{
	struct off_cpu_share *share;

	off_cpu->first = reserve(off_cpu->first, &off_cpu->first_capacity, place, sizeof(*off_cpu->first));
	for (uint32_t at = off_cpu->first[place]; at; at = share->next) {
		share = &off_cpu->shares[at - 1];
		if (share->stack == stack)
			return share;
	}
	off_cpu->shares = reserve(off_cpu->shares, &off_cpu->share_capacity, off_cpu->share_count, sizeof(*off_cpu->shares));
	share = &off_cpu->shares[off_cpu->share_count++];
	*share = (struct off_cpu_share){ .stack = stack, .next = off_cpu->first[place] };
	off_cpu->first[place] = off_cpu->share_count;
	return share;
}

void off_cpu_add_block(struct off_cpu *off_cpu, const struct off_cpu_record *record)
{
	uint32_t thread = off_cpu_ticket_thread(record->ticket), place;
	double inverse = (double)(1ULL << 32) / ((double)record->odds + 1);
	struct off_cpu_share *share;

	if (thread >= off_cpu->pending_count || off_cpu->pending[thread].ticket != record->ticket)
		return;
	place = interner_add(&off_cpu->places, &record->place, sizeof(record->place), NULL);
	share = find_share(off_cpu, place, off_cpu->pending[thread].stack);
	if (record->odds == OFF_CPU_ALWAYS) {
		share->certain_nanoseconds += record->nanoseconds;
		share->certain_blocks++;
	} else {
		share->nanoseconds += record->nanoseconds * inverse;
		share->blocks += inverse;
	}
}

/* Time without a stack: under a frame that says why. */
static void add_explicit(struct off_cpu *off_cpu, const struct off_cpu_place *place, const struct off_cpu_sum *sum,
			 enum wait_origin origin)
{
	const struct sample sample = { .pid = sum->pid, .tid = sum->tid, .comm = sum->comm };
	uint32_t state = place->state < OFF_CPU_STATES ? place->state : OFF_CPU_INTERRUPTIBLE;

	recorder_weigh_wait(off_cpu->recorder, recorder_add_wait(off_cpu->recorder, &sample, state_names[state], origin),
			    sum->blocks, sum->nanoseconds);
}

/* What of a place's sum was not certain to have its stack taken: `rest`. Returns the number of its stacks. */
static uint32_t find_rest(const struct off_cpu *off_cpu, const struct off_cpu_sum *sum, uint32_t first, struct off_cpu_sum *rest)
{
	uint32_t count = 0;

	*rest = *sum;
	for (uint32_t at = first; at; at = off_cpu->shares[at - 1].next, count++) {
		rest->nanoseconds -= off_cpu->shares[at - 1].certain_nanoseconds;
		rest->blocks -= off_cpu->shares[at - 1].certain_blocks;
	}
	return count;
}

/* By what a share's part of the rest is measured: the time of its sampled blocks, or what is next best. */
static void weigh(const struct off_cpu *off_cpu, uint32_t first, double *by_time, double *by_blocks)
{
	double nanoseconds = 0, blocks = 0;
	uint32_t i = 0;

	for (uint32_t at = first; at; at = off_cpu->shares[at - 1].next) {
		nanoseconds += off_cpu->shares[at - 1].nanoseconds;
		blocks += off_cpu->shares[at - 1].blocks;
	}
	for (uint32_t at = first; at; at = off_cpu->shares[at - 1].next, i++) {
		const struct off_cpu_share *share = &off_cpu->shares[at - 1];

		by_blocks[i] = blocks > 0 ? share->blocks : share->certain_blocks;
		by_time[i] = nanoseconds > 0 ? share->nanoseconds : by_blocks[i];
	}
}

static void split(struct off_cpu *off_cpu, const struct off_cpu_sum *sum, uint32_t first)
{
	struct off_cpu_sum rest;
	uint32_t count = find_rest(off_cpu, sum, first, &rest), i = 0;
	double *by_time = must_allocate(count, sizeof(*by_time)), *by_blocks = must_allocate(count, sizeof(*by_blocks));
	uint64_t *nanoseconds = must_allocate(count, sizeof(*nanoseconds)), *blocks = must_allocate(count, sizeof(*blocks));

	weigh(off_cpu, first, by_time, by_blocks);
	apportion(rest.nanoseconds, by_time, count, nanoseconds);
	apportion(rest.blocks, by_blocks, count, blocks);
	for (uint32_t at = first; at; at = off_cpu->shares[at - 1].next, i++) {
		const struct off_cpu_share *share = &off_cpu->shares[at - 1];

		recorder_weigh_wait(off_cpu->recorder, share->stack, share->certain_blocks + blocks[i],
				    share->certain_nanoseconds + nanoseconds[i]);
	}
	free(by_time);
	free(by_blocks);
	free(nanoseconds);
	free(blocks);
}

void off_cpu_add_place(struct off_cpu *off_cpu, const struct off_cpu_place *place, const struct off_cpu_sum *sum,
		       struct off_cpu_account *account)
{
	bool is_new;
	uint32_t number = interner_add(&off_cpu->places, place, sizeof(*place), &is_new);

	if (place->kind == OFF_CPU_SHORT) {
		account->untraced[UNTRACED_SHORT] += sum->nanoseconds;
		add_explicit(off_cpu, place, sum, WAIT_SHORT);
		return;
	}
	if (place->kind == OFF_CPU_BEFORE)
		account->untraced[UNTRACED_BEFORE] += sum->nanoseconds;
	if (!is_new && number < off_cpu->first_capacity && off_cpu->first[number]) {
		split(off_cpu, sum, off_cpu->first[number]);
		return;
	}
	account->untraced[UNTRACED_NOT_TAKEN] += sum->nanoseconds;
	add_explicit(off_cpu, place, sum, WAIT_NOT_TAKEN);
}

static void add_places(struct off_cpu *off_cpu, int map, struct off_cpu_account *account)
{
	struct off_cpu_place place, next;
	struct off_cpu_sum sum;
	const struct off_cpu_place *previous = NULL;

	while (bpf_map_get_next_key(map, previous, &next) == 0) {
		place = next;
		previous = &place;
		if (bpf_map_lookup_elem(map, &place, &sum))
			continue;
		sum.comm[sizeof(sum.comm) - 1] = '\0';
		/* Made when a block began that did not end within the capture. */
		if (sum.blocks)
			off_cpu_add_place(off_cpu, &place, &sum, account);
	}
}

void off_cpu_finish(struct off_cpu *off_cpu, int map, const struct off_cpu_totals *totals, struct off_cpu_account *account)
{
	*account = (struct off_cpu_account){
		.is_taken = true,
		.thread_nanoseconds = totals->thread_nanoseconds,
		.running_nanoseconds = totals->running_nanoseconds,
		.runnable_nanoseconds = totals->runnable_nanoseconds,
		.blocked_nanoseconds = totals->blocked_nanoseconds,
		.blocks = totals->blocks,
		.threads = totals->threads,
		.stacks = off_cpu->stacks,
		.lost = { { lost_names[LOST_RING_FULL], totals->ring_full }, { lost_names[LOST_TASK_STORAGE_FULL], totals->storage_full } },
	};
	add_places(off_cpu, map, account);
	for (uint16_t state = 0; state < OFF_CPU_STATES; state++) {
		const struct off_cpu_place place = { .state = state };
		const struct off_cpu_sum sum = { .nanoseconds = totals->crowded[state].nanoseconds,
						 .blocks = totals->crowded[state].blocks };

		account->untraced[UNTRACED_CROWDED] += sum.nanoseconds;
		if (sum.blocks)
			add_explicit(off_cpu, &place, &sum, WAIT_CROWDED);
	}
}

void off_cpu_free(struct off_cpu *off_cpu)
{
	interner_free(&off_cpu->places);
	free(off_cpu->first);
	free(off_cpu->shares);
	free(off_cpu->pending);
	memset(off_cpu, 0, sizeof(*off_cpu));
}
