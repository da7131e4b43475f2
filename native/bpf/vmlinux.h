/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The few kernel types the programs read, kept by hand. CO-RE relocates every field by name against the running
 * kernel's BTF, so only names and types matter here, never offsets.
 */
#ifndef PROFBOUND_VMLINUX_H
#define PROFBOUND_VMLINUX_H

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef __u16 __sum16;
typedef _Bool bool;
#define true 1
#define false 0

/* Values of kernel and user ABI enums the programs pass to helpers. */
enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};
enum {
	BPF_ANY = 0,
	BPF_F_NO_PREALLOC = 1U << 0,
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1U << 0,
	BPF_F_USER_STACK = 1ULL << 8,
	BPF_RB_NO_WAKEUP = 1U << 0,
	BPF_F_MMAPABLE = 1U << 10,
	BPF_NOEXIST = 1,
};
/* Of task_struct's __state. */
enum {
	TASK_RUNNING = 0,
	TASK_UNINTERRUPTIBLE = 2,
	TASK_STOPPED_OR_TRACED = 4 | 8,
	TASK_DEAD = 0x80,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct sched_entity {
	__u64 sum_exec_runtime;
};

struct task_struct {
	int pid;
	int tgid;
	unsigned int flags;
	unsigned int __state;
	int on_cpu;
	char comm[16];
	__u64 start_time;
	struct sched_entity se;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct css_set *cgroups;
};

struct kernfs_node {
	__u64 id;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
};

struct cgroup {
	struct cgroup_subsys_state self;
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

#pragma clang attribute pop

/*
 * What cannot change, and so is not relocated: of each type that is, the whole of the kernel's BTF is searched, which takes
 * a millisecond. Registers as user mode entered the kernel with them, and the context of an iterator's program.
 */
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax;
	unsigned long ip;
	unsigned long cs, flags;
	unsigned long sp;
};

struct bpf_iter__task {
	void *meta;
	struct task_struct *task;
};

/*
 * A perf event's context: asm/ptrace.h and linux/bpf_perf_event.h of the user ABI, where offsets are fixed and the
 * verifier wants to see each of them in its load.
 */
struct event_registers {
	__u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, original_ax, ip, cs, flags, sp, ss;
} __attribute__((preserve_static_offset));

struct bpf_perf_event_data {
	struct event_registers regs;
	__u64 sample_period;
	__u64 addr;
} __attribute__((preserve_static_offset));

/* linux/perf_event.h of the user ABI. */
struct bpf_perf_event_value {
	__u64 counter;
	__u64 enabled;
	__u64 running;
};

#endif
