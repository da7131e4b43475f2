/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the tree's threads do when they do not run: wait for a CPU, or for something else, and where.
 *
 * The scheduler calls in order for one thread, whichever CPU it is on, so its state needs no lock. Only the walk at the
 * end may meet it: whoever exchanges `since` first accounts for the time until then.
 */
#ifndef PROFBOUND_OFFCPU_ACCOUNT_BPF_H
#define PROFBOUND_OFFCPU_ACCOUNT_BPF_H

#define NANOSECONDS 1000000000ULL

const volatile bool off_cpu;
/* Shorter blocks are summed without their place, nanoseconds. */
const volatile __u64 off_cpu_min;

/* Time outside of it is not accounted for. */
struct off_cpu_window off_cpu_window __attribute__((aligned(64)));
struct off_cpu_totals off_cpu_totals;
__u32 off_cpu_threads;

enum thread_state {
	/* Not seen by the scheduler since it joined. */
	THREAD_UNKNOWN,
	THREAD_RUNNING,
	THREAD_RUNNABLE,
	THREAD_BLOCKED,
	THREAD_ENDED,
};

struct off_cpu_thread {
	/* When the thread's present state began; for THREAD_UNKNOWN when it joined. */
	__u64 since;
	/* When the thread began; 0: before the capture. */
	__u64 born;
	__u32 state;
	/* Of the stack that was taken of the present block; `ticket` 0: none was. */
	__u32 odds;
	__u64 ticket;
	struct off_cpu_place place;
	/* Of blocks at `place`, not yet in its sum: a thread that keeps to one place need not look it up each time. */
	__u64 place_nanoseconds;
	__u64 place_blocks;
	/* The odds for a block at `place`, by its sum; 0: to be looked up. */
	__u64 place_odds;
	/* Not yet in the totals. */
	__u64 running;
	__u64 runnable;
	__u64 blocked;
	__u64 blocks;
	/* The odds for any block, kept to so many stacks a second. */
	__u64 epoch;
	__u32 epoch_blocks;
	__u32 epoch_stacks;
	__u32 epoch_odds;
	/* Stacks taken of this thread. */
	__u32 stacks;
	/* Its life is in the totals. */
	__u32 counted;
	__u32 unused;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct off_cpu_thread);
} off_cpu_storage SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, OFF_CPU_PLACES);
	__type(key, struct off_cpu_place);
	__type(value, struct off_cpu_sum);
} off_cpu_places SEC(".maps");

/* How many stacks a CPU takes, so that thousands of threads cannot take all its time. */
struct off_cpu_pressure {
	__u64 tenth;
	__u32 stacks;
	__u32 halvings;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct off_cpu_pressure);
} off_cpu_pressures SEC(".maps");

static __always_inline void off_cpu_crowded(const struct off_cpu_place *place, __u64 nanoseconds, __u64 blocks)
{
	__u32 state = place->state;

	if (state >= OFF_CPU_STATES)
		return;
	__sync_fetch_and_add(&off_cpu_totals.crowded[state].nanoseconds, nanoseconds);
	__sync_fetch_and_add(&off_cpu_totals.crowded[state].blocks, blocks);
}

/* The sum of a place, made if there is none; NULL when all places are taken. */
static __always_inline struct off_cpu_sum *off_cpu_sum_of(struct task_struct *task, const struct off_cpu_place *place)
{
	struct off_cpu_sum *sum = bpf_map_lookup_elem(&off_cpu_places, place);
	struct off_cpu_sum fresh = { .pid = task->tgid, .tid = task->pid };

	if (sum)
		return sum;
	bpf_probe_read_kernel_str(fresh.comm, sizeof(fresh.comm), task->comm);
	bpf_map_update_elem(&off_cpu_places, place, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&off_cpu_places, place);
}

static __always_inline void off_cpu_send_block(const struct off_cpu_place *place, __u64 ticket, __u32 odds, __u64 nanoseconds)
{
	struct off_cpu_record *record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);

	if (!record) {
		__sync_fetch_and_add(&off_cpu_totals.ring_full, 1);
		return;
	}
	fill_header(&record->header, RECORD_OFF_CPU_BLOCK, bpf_get_current_task_btf(), bpf_ktime_get_ns());
	record->ticket = ticket;
	record->place = *place;
	record->nanoseconds = nanoseconds;
	record->odds = odds;
	record->unused = 0;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

/* Moves what a thread gathered at its place to the place's sum, which it returns; NULL when all places are taken. */
static __always_inline struct off_cpu_sum *off_cpu_flush(struct task_struct *task, struct off_cpu_thread *thread,
							 const struct off_cpu_place *place)
{
	struct off_cpu_sum *sum = off_cpu_sum_of(task, place);
	__u64 nanoseconds = __sync_lock_test_and_set(&thread->place_nanoseconds, 0);
	__u64 blocks = __sync_lock_test_and_set(&thread->place_blocks, 0);

	if (sum) {
		__sync_fetch_and_add(&sum->nanoseconds, nanoseconds);
		__sync_fetch_and_add(&sum->blocks, blocks);
	} else if (blocks) {
		off_cpu_crowded(place, nanoseconds, blocks);
	}
	return sum;
}

/* Accounts for a block that began at `since`, of which `counted` nanoseconds lie within the capture. */
static __always_inline void off_cpu_block(struct task_struct *task, struct off_cpu_thread *thread, struct off_cpu_place *place,
					  __u64 ticket, __u32 odds, __u64 lasted, __u64 counted)
{
	struct off_cpu_sum *sum;

	__sync_fetch_and_add(&thread->blocked, counted);
	__sync_fetch_and_add(&thread->blocks, 1);
	if (lasted < off_cpu_min) {
		*place = (struct off_cpu_place){ .thread = place->thread, .state = place->state, .kind = OFF_CPU_SHORT };
		sum = off_cpu_sum_of(task, place);
		if (!sum) {
			off_cpu_crowded(place, counted, 1);
			return;
		}
		__sync_fetch_and_add(&sum->nanoseconds, counted);
		__sync_fetch_and_add(&sum->blocks, 1);
		return;
	}
	__sync_fetch_and_add(&thread->place_nanoseconds, counted);
	__sync_fetch_and_add(&thread->place_blocks, 1);
	if (ticket)
		off_cpu_send_block(place, ticket, odds, counted);
	/* Read behind the additions, which order memory: the walk of the end sees them, or they see the end. */
	if (off_cpu_window.end)
		off_cpu_flush(task, thread, place);
}

/* Moves what a thread gathered to the totals: when it ends, and at the end of the capture. */
static __always_inline void off_cpu_bank(struct off_cpu_thread *thread)
{
	__sync_fetch_and_add(&off_cpu_totals.running_nanoseconds, __sync_lock_test_and_set(&thread->running, 0));
	__sync_fetch_and_add(&off_cpu_totals.runnable_nanoseconds, __sync_lock_test_and_set(&thread->runnable, 0));
	__sync_fetch_and_add(&off_cpu_totals.blocked_nanoseconds, __sync_lock_test_and_set(&thread->blocked, 0));
	__sync_fetch_and_add(&off_cpu_totals.blocks, __sync_lock_test_and_set(&thread->blocks, 0));
}

/* The thread's present state lasted until `now`: accounts for what of it lies within the capture. */
static __always_inline void off_cpu_settle(struct task_struct *task, struct off_cpu_thread *thread, __u64 now)
{
	struct off_cpu_place place = thread->place;
	__u32 state = thread->state, odds = thread->odds;
	__u64 ticket = thread->ticket, begin = off_cpu_window.begin, end = off_cpu_window.end;
	__u64 since = __sync_lock_test_and_set(&thread->since, now);
	__u64 from = since > begin ? since : begin, until = end && now > end ? end : now;

	if (!begin || until <= from)
		return;
	if (state == THREAD_RUNNING)
		__sync_fetch_and_add(&thread->running, until - from);
	else if (state == THREAD_RUNNABLE)
		__sync_fetch_and_add(&thread->runnable, until - from);
	else if (state == THREAD_BLOCKED)
		off_cpu_block(task, thread, &place, ticket, odds, now - since, until - from);
	if (end)
		off_cpu_bank(thread);
}

/* Counts a thread whose life within the capture ends at `now`. */
static __always_inline void off_cpu_count_thread(struct off_cpu_thread *thread, __u64 now)
{
	__u64 begin = off_cpu_window.begin, end = off_cpu_window.end, from = thread->born > begin ? thread->born : begin;
	__u64 until = end && now > end ? end : now;

	if (!begin || until <= from || __sync_lock_test_and_set(&thread->counted, 1))
		return;
	__sync_fetch_and_add(&off_cpu_totals.threads, 1);
	__sync_fetch_and_add(&off_cpu_totals.thread_nanoseconds, until - from);
}

#endif
