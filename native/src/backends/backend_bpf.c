// SPDX-License-Identifier: Apache-2.0
/*
 * Samples by a perf_event a CPU with a BPF program that keeps only the target's tree; CPU time by the scheduler's own
 * accounting, read where it changes.
 */
#define _GNU_SOURCE
#include "backends/backend.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backends/cpu_sampling.h"
#include "support/clock.h"
#include "support/bounds.h"
#include "support/fail.h"
#include "support/kernel_release.h"
#include "backends/bpf_programs.h"
#include "backends/bpf_stacks.h"
#include "backends/bpf_tables.h"
#include "backends/bpf_totals.h"
#include "backends/kernel_naming.h"
#include "backends/off_cpu.h"
#include "backends/process_records.h"
#include "backends/record_queue.h"
#include "backends/sample_rings.h"
#include "backends/side_band.h"
#include "target/privileges.h"
/* The skeleton needs the types both sides share. */
#include "kernel_names.h"
#include "offcpu.h"
#include "profile.h"
#include "unwind.h"
#include "profile.skel.h"

/* Inode of the initial pid namespace: PROC_PID_INIT_INO of the kernel's ABI. */
#define INITIAL_PID_NAMESPACE 0xEFFFFFFCU

static struct {
	struct profile *skeleton;
	struct ring_buffer *ring;
	struct sample_rings sample_rings;
	uint64_t ring_bytes;
	struct record_queue queue;
	struct side_band side_band;
	struct recorder *recorder;
	struct sampling_event event;
	struct builder *builder;
	struct bpf_tables *tables;
	struct spaces *spaces;
	struct bpf_stacks stacks;
	int stats_fd;
	struct cpu_sampling sampling;
	struct off_cpu off_cpu;
} state;

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

static void queue_record(const void *record, size_t size)
{
	const struct record_header *header = record;

	state.ring_bytes += size;
	if (size >= sizeof(*header))
		record_queue_add(&state.queue, header->time, record, size);
}

static int on_record(void *context, void *data, size_t size)
{
	queue_record(data, size);
	return 0;
}

/* What is mapped where is known up to the time of the record: then it says where its addresses are. */
static void take_record(uint64_t time, const void *data, size_t size)
{
	const struct record_header *header = data;
	struct sample sample;
	uint64_t value;

	side_band_apply(&state.side_band, time, recorder_processes(state.recorder));
	if (header->kind == RECORD_OFF_CPU_BLOCK && size >= sizeof(struct off_cpu_record)) {
		off_cpu_add_block(&state.off_cpu, data);
		return;
	}
	if (!bpf_stacks_take(&state.stacks, header, size, &sample))
		return;
	value = ((const struct stack_record *)data)->value;
	sample.time = time;
	sample.weight = sampling_weight(&state.event, value);
	if ((header->kind & ~RECORD_COPIED) == RECORD_OFF_CPU_STACK)
		off_cpu_add_stack(&state.off_cpu, value, &sample);
	else
		recorder_add(state.recorder, &sample);
}

/* Takes in samples, and what happened to processes, up to `horizon` in the order of time. */
static void take_records(uint64_t horizon)
{
	sample_rings_take(&state.sample_rings, queue_record);
	ring_buffer__consume(state.ring);
	/* After the rings: what led to a sample was recorded before it. */
	side_band_refresh(&state.side_band);
	record_queue_take(&state.queue, horizon, take_record);
	side_band_apply(&state.side_band, horizon, recorder_processes(state.recorder));
	side_band_release(&state.side_band);
	processes_publish(recorder_processes(state.recorder));
}

static bool open_sampling(char *refusal, size_t size)
{
	if (state.event.is_none)
		return true;
	return cpu_sampling_open(&state.sampling, &state.event, state.skeleton->progs.on_sample, state.skeleton->bss->periods, refusal,
				 size);
}

/* Has tables made of the files of every process that is heard of. */
static bool begin_unwinding(const struct capture_request *request)
{
	struct processes *processes = recorder_processes(request->recorder);
	const struct bpf_table_maps maps = {
		.rules = bpf_map__fd(state.skeleton->maps.rules),
		.pages = bpf_map__fd(state.skeleton->maps.pages),
		.chunks = bpf_map__fd(state.skeleton->maps.chunks),
		.spaces = bpf_map__fd(state.skeleton->maps.spaces),
		.space_of = bpf_map__fd(state.skeleton->maps.space_of),
		.copies_of = bpf_map__fd(state.skeleton->maps.copies_of),
		.space_changes = &state.skeleton->bss->space_changes,
	};
	struct spaces_output output;

	state.tables = bpf_tables_new(&maps);
	if (!state.tables)
		return false;
	output = bpf_tables_output(state.tables);
	state.spaces = spaces_new(processes->objects, state.builder, bpf_tables_store(state.tables), &output);
	state.stacks = (struct bpf_stacks){
		.processes = processes,
		.spaces = state.spaces,
		.store = bpf_tables_store(state.tables),
		.max_depth = request->max_depth,
	};
	/* Where no stack is taken no table is needed. */
	if (!state.event.is_none || request->off_cpu)
		processes_on_change(processes, spaces_change, state.spaces);
	return true;
}

static void close_all(void)
{
	if (state.recorder)
		processes_on_change(recorder_processes(state.recorder), NULL, NULL);
	spaces_free(state.spaces);
	bpf_tables_free(state.tables);
	if (state.builder)
		builder_free(state.builder);
	cpu_sampling_close(&state.sampling);
	ring_buffer__free(state.ring);
	sample_rings_close(&state.sample_rings);
	record_queue_free(&state.queue);
	side_band_close(&state.side_band);
	profile__destroy(state.skeleton);
	if (state.stats_fd > 0)
		close(state.stats_fd);
	off_cpu_free(&state.off_cpu);
	memset(&state, 0, sizeof(state));
}

static bool in_initial_pid_namespace(void)
{
	struct stat status;

	return stat("/proc/self/ns/pid", &status) == 0 && status.st_ino == INITIAL_PID_NAMESPACE;
}

static bool start(const struct capture_request *request, struct sampling_event *event, char *refusal, size_t size)
{
	libbpf_set_print(quiet);
	if (request->root_count > MAX_ROOTS) {
		snprintf(refusal, size, "at most %d processes can be named", MAX_ROOTS);
		return false;
	}
	if (!in_initial_pid_namespace()) {
		snprintf(refusal, size, "BPF sees the initial pid namespace's process ids, this process runs in another; "
					"start the container with --pid=host");
		return false;
	}
	state.recorder = state.off_cpu.recorder = request->recorder;
	state.builder = builder_new(table_read, request->cache);
	if (!state.builder)
		notes_add(request->limits, "The unwind tables of files are read with the collector's rights: no process without them could be "
					   "started (%s).",
			  strerror(errno));
	if (kernel_may_lock_up(kernel_release(), kernel_version()))
		notes_add(request->limits, "Linux %s may lock up when BPF programs read stacks, unless its distribution has corrected it "
					   "(6.1.36, 6.3.10 and 6.4 have).",
			  kernel_release());
	if (!bpf_programs_load(request, &state.skeleton)) {
		snprintf(refusal, size, "cannot load BPF programs: %s; needs CAP_BPF and CAP_PERFMON (run %s as root) and a "
					"kernel with BTF",
			 strerror(errno), privileges_grant());
		close_all();
		return false;
	}
	if (!sampling_choose(&request->sampling, false, event)) {
		if (!sampling_explain(request->sampling.event, errno, refusal, size))
			snprintf(refusal, size, "cannot open a %s event: %s", sampling_names[request->sampling.event], strerror(errno));
		close_all();
		return false;
	}
	state.event = *event;
	state.skeleton->bss->counts_time = event->type == PERF_TYPE_SOFTWARE && event->config == PERF_COUNT_SW_CPU_CLOCK;
	state.ring = ring_buffer__new(bpf_map__fd(state.skeleton->maps.records), on_record, NULL, NULL);
	/* Needs a right of its own on some systems; without it the cost per sample is reported as zero runs. */
	state.stats_fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (!state.ring ||
	    !sample_rings_open(&state.sample_rings, bpf_map__fd(state.skeleton->maps.sample_rings),
			       bpf_map__max_entries(state.skeleton->maps.sample_rings), state.skeleton->rodata->sample_ring_bytes) ||
	    !begin_unwinding(request) || !side_band_open(&state.side_band, refusal, size) ||
	    !bpf_programs_adopt(state.skeleton) || !open_sampling(refusal, size) || !bpf_programs_walk(state.skeleton, WALK_BASELINE)) {
		if (refusal[0] == '\0')
			snprintf(refusal, size, "cannot set up the BPF programs: %s", strerror(errno));
		close_all();
		return false;
	}
	process_records_begin(recorder_processes(state.recorder), request->roots, request->root_count);
	state.skeleton->bss->off_cpu_window.begin = clock_nanoseconds(CLOCK_MONOTONIC);
	state.skeleton->bss->armed = true;
	return true;
}

static void drain(int timeout)
{
	side_band_wait(&state.side_band, timeout);
	cpu_sampling_redraw(&state.sampling);
	take_records(clock_nanoseconds(CLOCK_MONOTONIC) - SETTLE_NANOSECONDS);
}

static void stop(struct capture_totals *totals)
{
	state.skeleton->bss->off_cpu_window.end = clock_nanoseconds(CLOCK_MONOTONIC);
	if (!bpf_programs_walk(state.skeleton, WALK_SETTLE))
		fail(EXIT_CANNOT_MEASURE, "cannot read the tasks' CPU times at the end of the capture: %s", strerror(errno));
	state.skeleton->bss->armed = false;
	/* Waits for samples that are being taken: none is to come after the last look. */
	cpu_sampling_close(&state.sampling);
	take_records(UINT64_MAX);
	kernel_names_ask(bpf_program__fd(state.skeleton->progs.name_kernel), state.skeleton->bss->kernel_names,
			 &state.skeleton->bss->kernel_name_count, state.recorder);
	bpf_totals_read(state.skeleton, totals);
	totals->ring_bytes = state.ring_bytes;
	totals->frames_by_table = state.stacks.frames_by_table;
	totals->frames_by_frame_pointer = state.stacks.frames_by_frame_pointer;
	totals->mappings_lost = state.side_band.lost;
	totals->without_tables = *spaces_counts(state.spaces);
	if (state.builder)
		totals->builder_nanoseconds = builder_free(state.builder);
	state.builder = NULL;
	if (state.skeleton->rodata->off_cpu) {
		off_cpu_finish(&state.off_cpu, bpf_map__fd(state.skeleton->maps.off_cpu_places), &state.skeleton->bss->off_cpu_totals,
			       &totals->off_cpu);
		bpf_totals_read_off_cpu(state.skeleton, &totals->off_cpu);
	}
	close_all();
}

/*
 * What happens to processes wakes at once, periods are redrawn every 250 ms, and so long the ring has room for usual rates;
 * waking takes some 0.1 ms of CPU time. Threads that wait send more than samples do.
 */
static int drain_milliseconds(void)
{
	return state.skeleton->rodata->off_cpu || state.event.rate_hz > 1000 ? 50 : 250;
}

const struct backend backend_bpf = { "bpf", start, drain_milliseconds, drain, stop };
