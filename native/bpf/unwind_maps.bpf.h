/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The unwind tables, filled by the collector, and which process has which. */
#ifndef PROFBOUND_UNWIND_MAPS_BPF_H
#define PROFBOUND_UNWIND_MAPS_BPF_H

#include "known.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, UNWIND_SPACES / UNWIND_SPACE_GROUP);
	__type(key, __u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_ARRAY);
		__uint(map_flags, BPF_F_MMAPABLE);
		__uint(max_entries, UNWIND_SPACE_GROUP);
		__uint(key_size, sizeof(__u32));
		__uint(value_size, sizeof(struct unwind_space));
	});
} spaces SEC(".maps");

/* By tgid, which space is the process's. Threads of one share it, and so does a child that was just forked. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, UNWIND_PROCESSES);
	__type(key, __u32);
	__type(value, __u32);
} space_of SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, UNWIND_RULES);
	__type(key, __u32);
	__type(value, struct unwind_rule);
} rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, UNWIND_PAGES);
	__type(key, __u32);
	__type(value, struct unwind_page);
} pages SEC(".maps");

struct unwind_chunk {
	struct unwind_row rows[UNWIND_CHUNK_ROWS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, UNWIND_CHUNKS);
	__type(key, __u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_ARRAY);
		__uint(map_flags, BPF_F_MMAPABLE);
		__uint(max_entries, 1);
		__uint(key_size, sizeof(__u32));
		__uint(value_size, sizeof(struct unwind_chunk));
	});
} chunks SEC(".maps");

/* By tgid, how many stacks were sent as copies since its space was last published. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, UNWIND_PROCESSES);
	__type(key, __u32);
	__type(value, __u32);
} copies_of SEC(".maps");

/* Grows with every change of which process has which space; the collector's count, too. */
__u32 space_changes;

/* The process that was last looked up by a program on a CPU, and what was found. */
struct known_space {
	__u32 tgid;
	__u32 changes;
	__u32 number;
	/* Of the space as it was filled, in the bits that tell 64 bytes of code apart; 0: not known yet. */
	__u64 mark;
};

static __always_inline const struct unwind_space *space_of_number(__u32 number)
{
	__u32 group = number / UNWIND_SPACE_GROUP, member = number % UNWIND_SPACE_GROUP;
	void *map = bpf_map_lookup_elem(&spaces, &group);

	return map ? bpf_map_lookup_elem(map, &member) : NULL;
}

/* Makes `known` that of a process; false when it has no space (yet). */
static __always_inline bool know_space(__u32 tgid, struct known_space *known)
{
	__u32 changes = *(volatile __u32 *)&space_changes;

	if (known->tgid != tgid || known->changes != changes) {
		__u32 *number = bpf_map_lookup_elem(&space_of, &tgid);

		if (!number)
			return false;
		/* As of before the look-up: what changed meanwhile is seen the next time. */
		*known = (struct known_space){ .tgid = tgid, .changes = changes, .number = *number };
	}
	if (!known->mark) {
		const struct unwind_space *space = space_of_number(known->number);

		known->mark = space ? (space->serial * 0x9e3779b97f4a7c15ULL) & ~KNOWN_CODE_MASK : 0;
	}
	/* Without a serial it is just being filled. */
	return known->mark != 0;
}

/* A new process has the memory of the one that made it. */
static __always_inline void share_space(struct task_struct *parent, struct task_struct *child)
{
	__u32 from = parent->tgid, to = child->tgid, number, *known;

	if (from == to)
		return;
	known = bpf_map_lookup_elem(&space_of, &from);
	if (!known)
		return;
	number = *known;
	bpf_map_update_elem(&space_of, &to, &number, BPF_ANY);
	__sync_fetch_and_add(&space_changes, 1);
}

/* The process has another image. */
static __always_inline void forget_space(struct task_struct *task)
{
	__u32 tgid = task->tgid;

	bpf_map_delete_elem(&space_of, &tgid);
	__sync_fetch_and_add(&space_changes, 1);
	bpf_map_delete_elem(&copies_of, &tgid);
}

#endif
