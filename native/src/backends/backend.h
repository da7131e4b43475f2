/* SPDX-License-Identifier: Apache-2.0 */
/* How samples are taken. Two ways with one interface; a collector runs one of them, once. */
#ifndef PROFBOUND_BACKEND_H
#define PROFBOUND_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "support/notes.h"
#include "profile/causes.h"
#include "profile/recorder.h"
#include "backends/sampling.h"
#include "unwind/spaces.h"

struct capture_request {
	/* The processes whose trees are captured. */
	const pid_t *roots;
	size_t root_count;
	/* Or the cgroup that is captured instead; 0: none. */
	uint64_t cgroup_id;
	struct sampling_request sampling;
	/* Frames kept of a user stack. */
	uint32_t max_depth;
	/* Of the buffer between kernel and collector, a power of two; 0: by the number of CPUs. The perf backend has its own. */
	uint32_t buffer_bytes;
	/* Where threads wait, too; blocks shorter than so many nanoseconds are only summed. */
	bool off_cpu;
	uint64_t off_cpu_min;
	/* Whether what walking stacks takes is measured. */
	bool time_stacks;
	/* Whether the kernel walks its stacks besides. */
	bool compare_kernel_stacks;
	/* Where unwind tables are kept from capture to capture, or NULL. */
	struct table_cache *cache;
	struct recorder *recorder;
	/* What this machine does not let the backend see is added here, in sentences. */
	struct notes *limits;
};

/* What the threads did when they did not run, summed over all of them; nanoseconds. */
struct off_cpu_account {
	/* False: it was not asked for, or the backend cannot. */
	bool is_taken;
	/* Lives of the threads within the capture: running, runnable and blocked together. */
	uint64_t thread_nanoseconds;
	/* On a CPU; what interrupts and the hypervisor took of it included. */
	uint64_t running_nanoseconds;
	/* Waiting for a CPU. */
	uint64_t runnable_nanoseconds;
	/* Waiting for anything else: what offcpu.pb.gz adds up to. */
	uint64_t blocked_nanoseconds;
	uint64_t blocks;
	uint64_t threads;
	/* Stacks taken. */
	uint64_t stacks;
	/* Of the blocked time, nanoseconds that have no stack of their own, by enum untraced_cause. */
	uint64_t untraced[UNTRACED_CAUSES];
	struct cause_count lost[RECORDER_CAUSES];
	/* Context switches of the whole machine, and what the programs that watch them and wake-ups took. */
	uint64_t switches;
	uint64_t bpf_run_nanoseconds;
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
	struct off_cpu_account off_cpu;
	/* Reports of what processes mapped that were lost; their mappings were read anew. */
	uint64_t mappings_lost;
	uint64_t bpf_run_nanoseconds;
	uint64_t bpf_run_count;
	uint64_t recursion_misses;
	/* Of the above, what samples took. */
	uint64_t sample_run_nanoseconds;
	uint64_t sample_run_count;
	/* Of the latter, what samples of the tree took, and walking stacks of user mode and of the kernel; only where asked for. */
	bool stacks_timed;
	uint64_t tree_sample_nanoseconds;
	uint64_t user_walk_nanoseconds;
	uint64_t kernel_walk_nanoseconds;
	/* Bytes that went from the kernel to the collector. */
	uint64_t ring_bytes;
	/* User frames by what led from them to their callers. */
	uint64_t frames_by_table;
	uint64_t frames_by_frame_pointer;
	/* Stacks that were walked by the collector from a copy, and those that were not any more, being too many. */
	uint64_t stacks_copied;
	uint64_t copies_refused;
	/* Of the stacks of the kernel, those that it was asked for: they could not be walked by its own table. */
	uint64_t kernel_stacks_asked;
	/* Those that it walked besides, and those of them that it found otherwise; only where asked for. */
	bool kernel_stacks_are_compared;
	uint64_t kernel_stacks_compared;
	uint64_t kernel_stacks_different;
	/* What of files and processes could not be unwound by tables. */
	struct spaces_counts without_tables;
	/* CPU time of the processes that read files for the collector, nanoseconds. */
	uint64_t builder_nanoseconds;
};

struct backend {
	const char *name;
	/*
	 * Opens everything and begins to count and sample; says in `event` what is sampled.
	 * False when the machine refuses: then `refusal` is one line that names the sysctl or capability and its cure.
	 */
	bool (*start)(const struct capture_request *request, struct sampling_event *event, char *refusal, size_t size);
	/* How long samples may gather between two drains of the capture under way, milliseconds. */
	int (*drain_milliseconds)(void);
	/* Waits at most `timeout` milliseconds for samples and hands them to the recorder. */
	void (*drain)(int timeout);
	/* Stops counting and sampling, hands over what is left, closes everything. */
	void (*stop)(struct capture_totals *totals);
};

extern const struct backend backend_bpf;
extern const struct backend backend_perf;

#endif
