// SPDX-License-Identifier: Apache-2.0
/*
 * Samples by events of the target's own threads, as any user may open for his own processes while
 * kernel.perf_event_paranoid is at most 2. Sees user stacks; those of the kernel only where that is allowed.
 */
#define _GNU_SOURCE
#include "backends/backend.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "support/clock.h"
#include "backends/comms.h"
#include "backends/cpu_account.h"
#include "backends/perf_attach.h"
#include "backends/perf_events.h"
#include "backends/perf_record.h"
#include "backends/perf_threads.h"
#include "backends/process_records.h"
#include "target/privileges.h"

/* perf_event_max_stack where /proc does not say: PERF_MAX_STACK_DEPTH of the kernel's ABI. */
#define DEFAULT_MAX_STACK 127

static struct {
	struct perf_events events;
	struct perf_attach attach;
	struct cpu_account account;
	struct notes *limits;
	struct comms *comms;
	struct recorder *recorder;
	bool kernel_hidden;
	struct sampling_event event;
	uint32_t max_depth;
	/* Frames of kernel and user together that the kernel keeps. */
	uint32_t stack_frames;
	/* CLOCK_MONOTONIC when the capture began; what is older came in while events were being opened. */
	uint64_t begin;
	uint64_t user_weight;
	uint64_t tasks;
	uint64_t ring_full;
	uint64_t throttled;
} state;

static void take_sample(const struct perf_event_header *header, bool captured)
{
	struct perf_sample sample;
	uint64_t weight;
	bool is_cut;

	if (!perf_record_sample(header, &sample))
		return;
	perf_threads_settle(&state.events, sample.tid, sample.cpu, sample.id);
	if (!captured)
		return;
	weight = sampling_weight(&state.event, sample.period);
	if (sample.user_depth)
		state.user_weight += weight;
	is_cut = sample.user_depth > state.max_depth || sample.user_depth + sample.kernel_depth >= state.stack_frames;
	recorder_add(state.recorder,
		     &(struct sample){ .pid = sample.pid,
				       .tid = sample.tid,
				       .cpu = sample.cpu,
				       .time = perf_record_time(header),
				       .weight = weight,
				       .comm = comms_get(state.comms, sample.pid, sample.tid),
				       .kernel = sample.kernel,
				       .kernel_depth = sample.kernel_depth,
				       .user = sample.user,
				       .user_depth = sample.user_depth > state.max_depth ? state.max_depth : sample.user_depth,
				       .end = is_cut ? UNWIND_TRUNCATED : UNWIND_CHAIN_ENDED,
				       .by_frame_pointers = true });
}

static void take_comm(const struct perf_event_header *header)
{
	struct perf_comm comm;

	if (!perf_record_comm(header, &comm))
		return;
	comms_set(state.comms, comm.tid, comm.name);
	if (comm.exec)
		cpu_account_exec(&state.account, comm.pid);
}

static void take_task(const struct perf_event_header *header, bool captured)
{
	struct perf_task task;

	if (!perf_record_task(header, &task))
		return;
	if (header->type == PERF_RECORD_EXIT) {
		comms_remove(state.comms, task.tid);
		perf_threads_ended(&state.events, task.tid);
		if (captured && task.tid == task.pid)
			cpu_account_exit(&state.account, task.pid, task.parent_pid);
		return;
	}
	comms_inherit(state.comms, task.tid, task.parent_tid);
	state.tasks += captured;
	if (!captured)
		perf_attach_born(&state.attach, task.tid, task.parent_tid, perf_record_time(header));
}

static void take(void *context, const struct perf_event_header *header)
{
	bool captured = perf_record_time(header) >= state.begin;

	process_records_take(recorder_processes(state.recorder), header);
	switch (header->type) {
	case PERF_RECORD_SAMPLE:
		take_sample(header, captured);
		break;
	case PERF_RECORD_COMM:
		take_comm(header);
		break;
	case PERF_RECORD_FORK:
	case PERF_RECORD_EXIT:
		take_task(header, captured);
		break;
	case PERF_RECORD_LOST:
		if (captured)
			state.ring_full += perf_record_lost(header);
		break;
	case PERF_RECORD_THROTTLE:
		state.throttled += captured;
		break;
	}
}

static void close_all(void)
{
	cpu_account_free(&state.account);
	perf_attach_free(&state.attach);
	perf_events_close(&state.events);
	comms_free(state.comms);
	memset(&state, 0, sizeof(state));
}

/* Kernel and user where that is allowed, else user alone. */
static bool choose_event(const struct capture_request *request, struct sampling_event *event, char *refusal, size_t size)
{
	int error;

	if (sampling_choose(&request->sampling, false, event))
		return true;
	state.kernel_hidden = true;
	if (sampling_choose(&request->sampling, true, event)) {
		if (!event->in_kernel)
			return true;
		snprintf(refusal, size, "%s happen in the kernel, which this user may not look into; sysctl kernel.perf_event_paranoid=1, or %s "
					"as root",
			 event->name, privileges_grant());
		return false;
	}
	error = errno;
	if (!sampling_explain(request->sampling.event, error, refusal, size))
		privileges_explain_perf(error, refusal, size);
	return false;
}

/* Of kernel and user frames, a kernel that shows both keeps no more than this in all. */
static uint32_t choose_stack_frames(uint32_t max_depth)
{
	long most = DEFAULT_MAX_STACK;

	privileges_read_number("/proc/sys/kernel/perf_event_max_stack", &most);
	/* One more than is kept, to know that there are more. */
	return state.kernel_hidden && max_depth < most ? max_depth + 1 : (uint32_t)most;
}

/* What this backend does not see, for the user to know. */
static void note_limits(struct notes *limits)
{
	long paranoid = 0;

	if (state.event.is_none)
		return;
	if (state.event.is_time)
		notes_add(limits,
			  "Threads that run for less than %.3g ms in all get no samples: their CPU time is counted, but not shown by "
			  "function (the bpf backend samples them as well).",
			  state.event.weight / 1e6);
	privileges_read_number("/proc/sys/kernel/perf_event_paranoid", &paranoid);
	if (state.kernel_hidden)
		notes_add(limits,
			  "Kernel functions are not visible to this user: %s (kernel.perf_event_paranoid is %ld; sysctl "
			  "kernel.perf_event_paranoid=1 or capabilities show them, as the doctor says).",
			  state.event.is_time ? "CPU time that user code did not spend is one entry" : "what happens in them is not counted",
			  paranoid);
	else if (!privileges_see_kernel_names())
		notes_add(limits, "Kernel functions have no names: /proc/kallsyms hides addresses (the bpf backend has them "
				  "named; the doctor says what it takes).");
}

static bool attach_tree(const struct capture_request *request, char *refusal, size_t size)
{
	struct timespec pause = { .tv_nsec = SETTLE_NANOSECONDS };

	do {
		perf_attach_find(&state.attach, request->roots, request->root_count);
		nanosleep(&pause, NULL);
		perf_rings_drain(&state.events.rings, UINT64_MAX, take, NULL);
		if (!perf_attach_open(&state.attach, request->roots, request->root_count, refusal, size))
			return false;
	} while (!state.attach.stable);
	return true;
}

static bool start(const struct capture_request *request, struct sampling_event *event, char *refusal, size_t size)
{
	if (request->cgroup_id) {
		snprintf(refusal, size, "a cgroup is captured by the bpf backend only; run %s as root", privileges_grant());
		return false;
	}
	state.recorder = request->recorder;
	state.limits = request->limits;
	state.max_depth = request->max_depth;
	state.comms = comms_new();
	state.begin = UINT64_MAX;
	if (!choose_event(request, event, refusal, size)) {
		close_all();
		return false;
	}
	state.event = *event;
	state.stack_frames = choose_stack_frames(request->max_depth);
	state.attach = (struct perf_attach){ .events = &state.events, .comms = state.comms, .limits = request->limits };
	note_limits(request->limits);
	if (!perf_events_open(&state.events, event, state.kernel_hidden, state.stack_frames, refusal, size) ||
	    !attach_tree(request, refusal, size)) {
		close_all();
		return false;
	}
	process_records_begin(recorder_processes(state.recorder), request->roots, request->root_count);
	state.tasks = perf_attach_tasks(&state.attach);
	perf_threads_begin(&state.events);
	state.begin = clock_nanoseconds(CLOCK_MONOTONIC);
	cpu_account_begin(&state.account, request->roots, request->root_count);
	return true;
}

static void drain(int timeout)
{
	poll(state.events.rings.owners, state.events.rings.cpu_count, timeout);
	perf_rings_drain(&state.events.rings, clock_nanoseconds(CLOCK_MONOTONIC) - SETTLE_NANOSECONDS, take, NULL);
	processes_publish(recorder_processes(state.recorder));
}

/* The scheduler's account where it is complete, else the task clock, which is always. */
static uint64_t exact_time(uint64_t task_clock)
{
	if (!state.account.incomplete)
		return state.account.nanoseconds;
	notes_add(state.limits, "Processes ended during the capture: CPU time is that of the task clock, which counts time that "
				"interrupts and the hypervisor took (the bpf backend's does not).");
	return task_clock;
}

static void stop(struct capture_totals *totals)
{
	uint64_t task_clock, seen, lost;

	cpu_account_end(&state.account);
	/* All events of this process, and what was inherited from them, at once. */
	prctl(PR_TASK_PERF_EVENTS_DISABLE);
	perf_rings_drain(&state.events.rings, UINT64_MAX, take, NULL);
	lost = perf_threads_lost(&state.events);
	if (lost > state.ring_full)
		state.ring_full = lost;
	task_clock = perf_threads_cpu_time(&state.events);
	memset(totals, 0, sizeof(*totals));
	totals->cpu_nanoseconds = exact_time(task_clock);
	totals->cpu_account = state.account.incomplete ? "task-clock" : "scheduler";
	totals->tasks = state.tasks;
	totals->lost[0] = (struct cause_count){ lost_names[LOST_RING_FULL], state.ring_full };
	totals->lost[1] = (struct cause_count){ lost_names[LOST_THROTTLED], state.throttled };
	/* What was lost was user time as well. The samples' clock is the task clock's. */
	seen = state.user_weight + state.ring_full * state.event.weight;
	if (state.event.is_time && !state.event.is_none && state.kernel_hidden && task_clock > seen)
		recorder_add_hidden_kernel(state.recorder, task_clock - seen);
	close_all();
}

/* As often as the smallest ring needs it: 32 KiB are some 40 usual samples. */
static int drain_milliseconds(void)
{
	return 20;
}

const struct backend backend_perf = { "perf", start, drain_milliseconds, drain, stop };
