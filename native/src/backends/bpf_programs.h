/* SPDX-License-Identifier: Apache-2.0 */
/* The BPF programs: loaded with what was asked for, and the one among them that visits all tasks. */
#ifndef PROFBOUND_BPF_PROGRAMS_H
#define PROFBOUND_BPF_PROGRAMS_H

#include "backends/backend.h"
#include "profile.h"

struct profile;

/* Loads and attaches them, all but what takes samples. `*loaded` is the caller's to destroy, also when false with errno set. */
bool bpf_programs_load(const struct capture_request *request, struct profile **loaded);

/*
 * Runs the task iterator once. Runtimes of tasks that are on a CPU are as old as the last tick, at either end of a
 * capture: what is missed at its end is on average what was added at its beginning, at most a tick a running thread.
 */
bool bpf_programs_walk(struct profile *skeleton, enum walk_mode mode);

/* Makes members of everything that descends from the roots now; what is forked meanwhile joins by itself. */
bool bpf_programs_adopt(struct profile *skeleton);

#endif
