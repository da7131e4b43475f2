/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the scheduler tells of the tree's threads, and which of their blocks have a stack taken. */
#ifndef PROFBOUND_OFFCPU_BPF_H
#define PROFBOUND_OFFCPU_BPF_H

#include "offcpu_account.bpf.h"

/* Odds that let one stack be taken each period of what lasted `nanoseconds` in `blocks`. */
static __always_inline __u32 off_cpu_odds(__u64 nanoseconds, __u64 blocks)
{
	/* 2^32 / period; what overflows would have lasted a year. */
	__u64 odds = blocks ? nanoseconds * ((1ULL << 32) / OFF_CPU_PERIOD_NANOSECONDS) / blocks : OFF_CPU_ALWAYS;

	return odds < OFF_CPU_ALWAYS ? odds : OFF_CPU_ALWAYS;
}

/*
 * The odds for any block of this thread, by how often it blocked in the second before. What comes next never has a say
 * in them, nor in any other odds here: that keeps the estimate free of bias.
 */
static __always_inline __u32 off_cpu_thread_odds(struct off_cpu_thread *thread, __u64 now)
{
	__u64 elapsed = now - thread->epoch;

	if (!thread->epoch || elapsed >= NANOSECONDS) {
		thread->epoch_odds = off_cpu_odds(elapsed, thread->epoch_blocks);
		thread->epoch = now;
		thread->epoch_blocks = thread->epoch_stacks = 0;
	}
	thread->epoch_blocks++;
	if (thread->epoch_stacks >= NANOSECONDS / OFF_CPU_PERIOD_NANOSECONDS) {
		thread->epoch_odds /= 2;
		thread->epoch_stacks /= 2;
	}
	return thread->epoch_odds;
}

/* Halves the odds on a CPU as often as it takes to bound its cost. */
static __always_inline __u32 off_cpu_relieve(struct off_cpu_pressure *pressure, __u32 odds, __u64 now)
{
	if (now - pressure->tenth >= NANOSECONDS / 10) {
		if (pressure->halvings && pressure->stacks < OFF_CPU_STACKS_A_TENTH / 2)
			pressure->halvings--;
		pressure->tenth = now;
		pressure->stacks = 0;
	}
	if (pressure->stacks >= OFF_CPU_STACKS_A_TENTH) {
		pressure->stacks = 0;
		if (pressure->halvings < 31)
			pressure->halvings++;
	}
	return odds >> pressure->halvings;
}

/* Whether, and with what odds, the stack of the block that begins now is to be taken; 0 is no. */
static __always_inline __u32 off_cpu_draw(struct off_cpu_thread *thread, struct off_cpu_pressure *pressure, __u64 now)
{
	__u32 odds = off_cpu_thread_odds(thread, now);

	odds = off_cpu_relieve(pressure, thread->place_odds > odds ? thread->place_odds : odds, now);
	return bpf_get_prandom_u32() <= odds ? odds : 0;
}

/* Walks of its own: a perf event can interrupt the scheduler. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct unwind_walk);
} off_cpu_walks SEC(".maps");

static __always_inline bool off_cpu_take_stack(void *context, struct task_struct *task, __u64 ticket)
{
	struct unwind_walk *walk;
	__u32 zero = 0;

	walk = bpf_map_lookup_elem(&off_cpu_walks, &zero);
	if (!walk)
		return false;
	fill_header(&walk->record.header, RECORD_OFF_CPU_STACK, bpf_get_current_task_btf(), bpf_ktime_get_ns());
	fill_comm(walk->record.comm, task);
	walk->record.value = ticket;
	switch_kernel_stack(context, &walk->kernel);
	if (send_stack(task, walk, unwind_task(task, walk), PROGRAM_OF_SCHEDULER))
		return true;
	__sync_fetch_and_add(&off_cpu_totals.ring_full, 1);
	return false;
}

static __always_inline __u16 off_cpu_state_of(__u32 state)
{
	if (state & TASK_UNINTERRUPTIBLE)
		return OFF_CPU_UNINTERRUPTIBLE;
	return state & TASK_STOPPED_OR_TRACED ? OFF_CPU_STOPPED : OFF_CPU_INTERRUPTIBLE;
}

/* Blocks at one place after which its sum is brought up to date, and the odds with it. */
#define OFF_CPU_GATHERED 64

/* Sets the thread's place; false when its sum need not be looked up. */
static __always_inline bool off_cpu_change_place(struct task_struct *task, struct off_cpu_thread *thread, __u32 state)
{
	struct pt_regs *registers = (struct pt_regs *)bpf_task_pt_regs(task);
	struct off_cpu_place *place = &thread->place, now = {
		.thread = place->thread,
		.state = off_cpu_state_of(state),
		.kind = OFF_CPU_CALL,
		.ip = registers->ip,
		.sp = registers->sp,
		.bp = registers->bp,
		.call = registers->orig_ax,
	};

	if (place->ip == now.ip && place->sp == now.sp && place->bp == now.bp && place->call == now.call &&
	    place->state == now.state && place->kind == now.kind)
		return !thread->place_odds || thread->place_blocks >= OFF_CPU_GATHERED;
	if (thread->place_blocks)
		off_cpu_flush(task, thread, place);
	*place = now;
	return true;
}

/* Brings the sum of the thread's place up to date, and the odds with it; false when all places are taken. */
static __always_inline bool off_cpu_look_up(struct task_struct *task, struct off_cpu_thread *thread)
{
	struct off_cpu_sum *sum = off_cpu_flush(task, thread, &thread->place);

	thread->place_odds = 0;
	if (sum && sum->stacks)
		thread->place_odds = off_cpu_odds(sum->nanoseconds, sum->blocks) | 1;
	return sum;
}

/* Notes that the stack of the thread's place was taken. */
static __always_inline void off_cpu_count_stack(struct off_cpu_thread *thread)
{
	struct off_cpu_sum *sum = bpf_map_lookup_elem(&off_cpu_places, &thread->place);

	if (sum)
		sum->stacks++;
}

/* prev, which is current, blocks: says where, and takes its stack if it is to be. */
static __always_inline void off_cpu_place_block(void *context, struct task_struct *prev, struct off_cpu_thread *thread,
						__u32 state, __u64 now)
{
	struct off_cpu_pressure *pressure;
	__u32 zero = 0, odds;
	__u64 ticket;

	thread->ticket = 0;
	if (off_cpu_change_place(prev, thread, state) && !off_cpu_look_up(prev, thread))
		return;
	pressure = bpf_map_lookup_elem(&off_cpu_pressures, &zero);
	if (!pressure)
		return;
	odds = off_cpu_draw(thread, pressure, now);
	/* The first at a place: without any stack its time would have no name. */
	if (!thread->place_odds)
		odds = OFF_CPU_ALWAYS;
	if (!odds)
		return;
	thread->stacks++;
	thread->epoch_stacks++;
	pressure->stacks++;
	ticket = off_cpu_ticket(&thread->place, thread->stacks);
	if (!off_cpu_take_stack(context, prev, ticket))
		return;
	off_cpu_count_stack(thread);
	thread->odds = odds;
	thread->ticket = ticket;
}

static __always_inline void off_cpu_switch_out(void *context, bool preempted, struct task_struct *prev, __u64 now)
{
	struct off_cpu_thread *thread = bpf_task_storage_get(&off_cpu_storage, prev, 0, 0);
	/* A signal that arrived meanwhile has made it runnable again: the tracepoint's own argument does not know. */
	__u32 state = prev->__state;

	if (!thread)
		return;
	off_cpu_settle(prev, thread, now);
	if (state & TASK_DEAD) {
		thread->state = THREAD_ENDED;
		if (thread->place_blocks)
			off_cpu_flush(prev, thread, &thread->place);
		off_cpu_count_thread(thread, now);
		off_cpu_bank(thread);
	} else if (preempted || state == TASK_RUNNING) {
		thread->state = THREAD_RUNNABLE;
	} else {
		off_cpu_place_block(context, prev, thread, state, now);
		thread->state = THREAD_BLOCKED;
	}
}

static __always_inline void off_cpu_switch_in(struct task_struct *next, __u64 now)
{
	struct off_cpu_thread *thread = bpf_task_storage_get(&off_cpu_storage, next, 0, 0);

	if (!thread)
		return;
	off_cpu_settle(next, thread, now);
	thread->state = THREAD_RUNNING;
}

static __always_inline void off_cpu_switch(void *context, bool preempted, struct task_struct *prev, struct task_struct *next)
{
	__u64 now = bpf_ktime_get_ns();

	off_cpu_switch_out(context, preempted, prev, now);
	off_cpu_switch_in(next, now);
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(on_wakeup, struct task_struct *task)
{
	struct off_cpu_thread *thread = bpf_task_storage_get(&off_cpu_storage, task, 0, 0);

	/* Most of the others were about to block when they were woken, and still run. */
	if (!thread || (thread->state != THREAD_BLOCKED && (thread->state != THREAD_UNKNOWN || task->on_cpu)))
		return 0;
	off_cpu_settle(task, thread, bpf_ktime_get_ns());
	thread->state = THREAD_RUNNABLE;
	return 0;
}

/* A thread joins the tree, as a child just made or found by a walk. */
static __always_inline void off_cpu_join(struct task_struct *task, bool is_new)
{
	struct off_cpu_thread *thread;

	thread = bpf_task_storage_get(&off_cpu_storage, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!thread) {
		__sync_fetch_and_add(&off_cpu_totals.storage_full, 1);
		return;
	}
	if (thread->place.thread)
		return;
	thread->place.thread = __sync_fetch_and_add(&off_cpu_threads, 1) + 1;
	thread->epoch_odds = OFF_CPU_ALWAYS;
	thread->since = bpf_ktime_get_ns();
	if (is_new) {
		thread->born = thread->since;
		thread->state = THREAD_RUNNABLE;
	}
}

/* What the kernel does for a thread that was blocked already; its user stack cannot be read from here. */
static __always_inline void off_cpu_take_other_stack(struct task_struct *task, __u64 ticket)
{
	const __u32 fixed = sizeof(struct stack_record) - sizeof(((struct stack_record *)0)->frames);
	struct stack_record *record = bpf_ringbuf_reserve(&records, fixed + 8 * MAX_KERNEL_DEPTH, 0);
	long bytes;

	if (!record) {
		__sync_fetch_and_add(&off_cpu_totals.ring_full, 1);
		return;
	}
	fill_header(&record->header, RECORD_OFF_CPU_STACK, task, bpf_ktime_get_ns());
	bpf_probe_read_kernel_str(record->comm, sizeof(record->comm), task->comm);
	bytes = bpf_get_task_stack(task, record->frames, 8 * MAX_KERNEL_DEPTH, 0);
	record->user_depth = 0;
	record->kernel_depth = bytes > 0 ? bytes / 8 : 0;
	record->kernel_width = 8;
	record->end = UNWIND_NO_USER;
	record->value = ticket;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

/* Finds out what a thread does that the scheduler has not touched since it joined. */
static __always_inline void off_cpu_baseline(struct task_struct *task)
{
	struct off_cpu_thread *thread = bpf_task_storage_get(&off_cpu_storage, task, 0, 0);
	__u32 state = task->__state, found = THREAD_BLOCKED;

	if (!thread || thread->state != THREAD_UNKNOWN)
		return;
	if (task->on_cpu)
		found = THREAD_RUNNING;
	else if (state == TASK_RUNNING)
		found = THREAD_RUNNABLE;
	thread->place.state = off_cpu_state_of(state);
	thread->place.kind = OFF_CPU_BEFORE;
	if (found == THREAD_BLOCKED) {
		thread->odds = OFF_CPU_ALWAYS;
		thread->ticket = off_cpu_ticket(&thread->place, ++thread->stacks);
		off_cpu_take_other_stack(task, thread->ticket);
	}
	__sync_val_compare_and_swap(&thread->state, THREAD_UNKNOWN, found);
}

/* The capture has ended: accounts for what a thread has been doing until then. */
static __always_inline void off_cpu_finish(struct task_struct *task)
{
	struct off_cpu_thread *thread = bpf_task_storage_get(&off_cpu_storage, task, 0, 0);
	struct off_cpu_place place;
	__u64 end = off_cpu_window.end;

	if (!thread || !end || thread->state == THREAD_ENDED)
		return;
	place = thread->place;
	off_cpu_settle(task, thread, end);
	if (thread->place_blocks)
		off_cpu_flush(task, thread, &place);
	off_cpu_bank(thread);
	off_cpu_count_thread(thread, end);
}

#endif
