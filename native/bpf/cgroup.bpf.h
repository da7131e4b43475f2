/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Membership by cgroup instead of by descent: whoever is in it, or below it, while it is. */
#ifndef PROFBOUND_CGROUP_BPF_H
#define PROFBOUND_CGROUP_BPF_H

/* As deep as cgroups are looked at; systemd and container runtimes nest some ten. */
#define MAX_CGROUP_DEPTH 32

/* Of the version 2 hierarchy; 0: membership is by descent. */
const volatile __u64 cgroup_id;

static __always_inline bool is_in_cgroup(struct task_struct *task)
{
	struct cgroup *cgroup = task->cgroups->dfl_cgrp;

	for (int depth = 0; depth < MAX_CGROUP_DEPTH; depth++) {
		struct cgroup_subsys_state *parent;

		if (cgroup->kn->id == cgroup_id)
			return true;
		parent = cgroup->self.parent;
		if (!parent)
			return false;
		cgroup = parent->cgroup;
	}
	return false;
}

#endif
