/* SPDX-License-Identifier: Apache-2.0 */
/* How samples are taken. Two ways with one interface; a collector runs one of them, once. */
#ifndef PROFBOUND_BACKEND_H
#define PROFBOUND_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "support/notes.h"
#include "profile/recorder.h"
#include "backends/sampling.h"

struct capture_request {
	/* The processes whose trees are captured. */
	const pid_t *roots;
	size_t root_count;
	enum event_choice event;
	uint32_t rate_hz;
	/* Frames kept of a user stack. */
	uint32_t max_depth;
	struct recorder *recorder;
	/* What this machine does not let the backend see is added here, in sentences. */
	struct notes *limits;
};

/* What only the backend knows when the capture is over. */
struct capture_totals {
	/* Exact CPU time of the tree, user and system, by the kernel's accounting. */
	uint64_t cpu_nanoseconds;
	/* Which account: "scheduler", or "task-clock", which also counts what interrupts and the hypervisor took. */
	const char *cpu_account;
	uint64_t tasks;
	/* Samples that were taken but could not be kept, by cause; unused entries have a NULL cause. */
	struct cause_count lost[RECORDER_CAUSES];
	uint64_t bpf_run_nanoseconds;
	uint64_t bpf_run_count;
	uint64_t recursion_misses;
};

struct backend {
	const char *name;
	/*
	 * Opens everything and begins to count and sample; says in `event` what is sampled.
	 * False when the machine refuses: then `refusal` is one line that names the sysctl or capability and its cure.
	 */
	bool (*start)(const struct capture_request *request, struct sampling_event *event, char *refusal, size_t size);
	/* Waits at most `timeout` milliseconds for samples and hands them to the recorder. */
	void (*drain)(int timeout);
	/* Stops counting and sampling, hands over what is left, closes everything. */
	void (*stop)(struct capture_totals *totals);
};

extern const struct backend backend_bpf;
extern const struct backend backend_perf;

#endif
