/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One process tree: who belongs to it, and every nanosecond of CPU time it gets.
 *
 * Membership lives in task storage, never in a map keyed by pid: a reused pid must not inherit a dead task's state.
 */
#ifndef PROFBOUND_TREE_BPF_H
#define PROFBOUND_TREE_BPF_H

const volatile __s32 roots[MAX_ROOTS];
const volatile __u32 root_count;

/* Set by the collector before each walk over all tasks. */
__u32 walk_mode;
/* Tasks added by the last WALK_ADOPT. */
__u32 adopted;
/* Samples and runtimes count only between the baseline and the settlement. */
bool armed;
struct totals totals;

struct member {
	/* sum_exec_runtime that has been accounted for, nanoseconds. */
	__u64 seen;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct member);
} members SEC(".maps");

/* Grows with every task that is taken out of the tree. */
__u32 departures;

/* The member that was last met by a program on a CPU: its storage takes longer to find than a stack to begin with. */
struct known_member {
	const struct task_struct *task;
	/* With it told from one that has its memory later. */
	__u64 start_time;
	__u32 departures;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES_PER_CPU);
} records SEC(".maps");

/* What follows the threads off the CPU: offcpu.bpf.h. */
extern const volatile bool off_cpu;
static __always_inline void off_cpu_join(struct task_struct *task, bool is_new);
static __always_inline void off_cpu_switch(void *context, bool preempted, struct task_struct *prev, struct task_struct *next);
static __always_inline void off_cpu_baseline(struct task_struct *task);
static __always_inline void off_cpu_finish(struct task_struct *task);

static __always_inline struct member *join(struct task_struct *task, bool is_new)
{
	struct member *member = bpf_task_storage_get(&members, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (member)
		__sync_fetch_and_add(&totals.tasks, 1);
	else
		__sync_fetch_and_add(&totals.storage_full, 1);
	if (member && off_cpu)
		off_cpu_join(task, is_new);
	return member;
}

static __always_inline bool is_member(struct task_struct *task, struct known_member *known)
{
	__u32 now = *(volatile __u32 *)&departures;

	if (known->task == task && known->start_time == task->start_time && known->departures == now)
		return true;
	if (!bpf_task_storage_get(&members, task, 0, 0))
		return false;
	known->task = task;
	known->start_time = task->start_time;
	known->departures = now;
	return true;
}

static __always_inline void account(struct task_struct *task, struct member *member)
{
	__u64 now = task->se.sum_exec_runtime;
	/* The walk and the scheduler may get here at once: each nanosecond must be counted by one of them. */
	__u64 before = __sync_lock_test_and_set(&member->seen, now);

	if (armed && now > before)
		__sync_fetch_and_add(&totals.cpu_nanoseconds, now - before);
}

static __always_inline void fill_header(struct record_header *header, __u32 kind, const struct task_struct *task, __u64 time)
{
	header->kind = kind;
	header->pid = task->tgid;
	header->tid = task->pid;
	header->cpu = bpf_get_smp_processor_id();
	header->time = time;
}

/*
 * The thread's name, without bpf_get_current_comm(), which takes ten times as long. While another is being written it may have no end:
 * the last byte is one.
 */
static __always_inline void fill_comm(char *comm, const struct task_struct *task)
{
	((__u64 *)comm)[0] = ((const __u64 *)task->comm)[0];
	((__u64 *)comm)[1] = ((const __u64 *)task->comm)[1] & (1ULL << 56) - 1;
}

/* A child of a member is a member from its first instruction on; its runtime starts at zero. */
SEC("tp_btf/task_newtask")
int BPF_PROG(on_newtask, struct task_struct *task, unsigned long clone_flags)
{
	struct task_struct *parent = bpf_get_current_task_btf();

	if (cgroup_id ? is_in_cgroup(task) : bpf_task_storage_get(&members, parent, 0, 0) != NULL) {
		join(task, true);
		share_space(parent, task);
	}
	return 0;
}

/* A task that was put into the cgroup counts from when it runs there next, one that was taken out until then. */
static __always_inline void follow_cgroup(struct task_struct *next)
{
	struct member *member = bpf_task_storage_get(&members, next, 0, 0);
	bool inside = is_in_cgroup(next);

	if (inside && !member) {
		member = join(next, false);
		if (member)
			member->seen = next->se.sum_exec_runtime;
	} else if (!inside && member) {
		bpf_task_storage_delete(&members, next);
		__sync_fetch_and_add(&departures, 1);
	}
}

/* The scheduler has brought prev's runtime up to date: account for it, so that a dying task leaves nothing behind. */
SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct member *member = bpf_task_storage_get(&members, prev, 0, 0);

	if (member)
		account(prev, member);
	if (cgroup_id)
		follow_cgroup(next);
	if (off_cpu)
		off_cpu_switch(ctx, preempt, prev, next);
	return 0;
}

/* The process has another image: no table of the old one holds any more. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *binprm)
{
	if (bpf_task_storage_get(&members, task, 0, 0))
		forget_space(task);
	return 0;
}

static __always_inline bool belongs(struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;
	struct task_struct *parent = task->real_parent;

	if (cgroup_id)
		return is_in_cgroup(task);
	for (__u32 i = 0; i < MAX_ROOTS; i++) {
		if (i >= root_count)
			break;
		if (task->tgid == roots[i])
			return true;
	}
	if (leader && bpf_task_storage_get(&members, leader, 0, 0))
		return true;
	return parent && bpf_task_storage_get(&members, parent, 0, 0);
}

SEC("iter/task")
int walk(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct member *member;

	if (!task)
		return 0;
	member = bpf_task_storage_get(&members, task, 0, 0);
	switch (walk_mode) {
	case WALK_ADOPT:
		if (!member && belongs(task) && join(task, false))
			adopted++;
		break;
	case WALK_BASELINE:
		if (member)
			member->seen = task->se.sum_exec_runtime;
		if (member && off_cpu)
			off_cpu_baseline(task);
		break;
	case WALK_SETTLE:
		if (member)
			account(task, member);
		if (member && off_cpu)
			off_cpu_finish(task);
		break;
	}
	return 0;
}

#endif
