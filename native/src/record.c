// SPDX-License-Identifier: Apache-2.0
/* One capture: target, backend, recorder and files, in the order of time. */
#define _GNU_SOURCE
#include "record.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/backend.h"
#include "profile/capture_summary.h"
#include "support/bounds.h"
#include "support/clock.h"
#include "support/fail.h"
#include "support/json.h"
#include "symbols/naming_account.h"
#include "target/confinement.h"
#include "target/privileges.h"
#include "target/target.h"

static volatile sig_atomic_t asked_to_stop;

static void on_signal(int number)
{
	/* The second time the user means it: nothing is written, the kernel closes what is open. */
	if (asked_to_stop)
		_exit(128 + number);
	asked_to_stop = 1;
}

static void watch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* Whoever asked for the capture is gone: end it, leave nothing running. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

/* Starts the first backend that the machine allows; ends with EXIT_CANNOT_MEASURE when none is. */
static const struct backend *start_backend(enum backend_choice choice, const struct capture_request *request,
					   struct sampling_event *event)
{
	char bpf_refusal[512] = "", perf_refusal[512] = "";

	if (choice != BACKEND_PERF) {
		if (backend_bpf.start(request, event, bpf_refusal, sizeof(bpf_refusal)))
			return &backend_bpf;
		if (choice == BACKEND_BPF)
			fail(EXIT_CANNOT_MEASURE, "%s", bpf_refusal);
	}
	if (backend_perf.start(request, event, perf_refusal, sizeof(perf_refusal))) {
		if (choice == BACKEND_AUTO)
			notes_add(request->limits, "The bpf backend is not available: %s.", bpf_refusal);
		if (request->off_cpu)
			notes_add(request->limits,
				  "Where threads wait was not captured: only the bpf backend sees it (run %s as root, or the collector as root).",
				  privileges_grant());
		return &backend_perf;
	}
	if (choice == BACKEND_AUTO)
		fail(EXIT_CANNOT_MEASURE, "%s (and the bpf backend is not available: %s)", perf_refusal, bpf_refusal);
	fail(EXIT_CANNOT_MEASURE, "%s", perf_refusal);
}

static void say_ready(const struct backend *backend, const struct sampling_event *event, const struct notes *limits)
{
	struct json json = { .stream = stdout };

	json_open(&json, NULL, '{');
	json_string(&json, "event", "ready");
	json_string(&json, "backend", backend->name);
	json_string(&json, "sampling", event->name);
	json_unsigned(&json, "rateHz", event->rate_hz);
	json_bool(&json, "fixedPeriod", event->fixed_period);
	json_open(&json, "limits", '[');
	for (size_t i = 0; i < limits->count; i++)
		json_string(&json, NULL, limits->lines[i]);
	json_close(&json, ']');
	json_close(&json, '}');
	fputc('\n', stdout);
	fflush(stdout);
}

static void say_done(const struct options *options)
{
	struct json json = { .stream = stdout };

	json_open(&json, NULL, '{');
	json_string(&json, "event", "done");
	json_string(&json, "out", options->out);
	json_close(&json, '}');
	fputc('\n', stdout);
	fflush(stdout);
}

/* A perf map's lines are known to be as old as the reading before: so often it is read, where code is generated. */
#define FOLLOW_MILLISECONDS 50

/* Samples until the time is up, the target has ended, or a signal came. */
static void wait_for_end(const struct backend *backend, struct target *target, struct recorder *recorder,
			 const struct options *options)
{
	uint64_t begin = clock_nanoseconds(CLOCK_MONOTONIC);
	bool is_following = false;

	while (!asked_to_stop && target_runs(target)) {
		uint64_t elapsed = clock_nanoseconds(CLOCK_MONOTONIC) - begin, pause = backend->drain_milliseconds();
		uint64_t left;

		if (options->duration && elapsed >= options->duration)
			return;
		if (is_following && pause > FOLLOW_MILLISECONDS)
			pause = FOLLOW_MILLISECONDS;
		left = options->duration ? (options->duration - elapsed) / 1000000 : pause;
		backend->drain(left < pause ? (int)left : (int)pause);
		is_following = recorder_follow_maps(recorder);
	}
}

/* The folder that keeps what was read of files, where there is one. */
static struct table_cache *open_cache(const char *folder)
{
	struct table_cache *cache = folder ? table_cache_open(folder) : NULL;

	if (folder && !cache)
		fail(EXIT_USAGE, "--cache %s: %s; it must be a folder of this user's that nobody else may write to", folder,
		     strerror(errno));
	return cache;
}

/* The files that are written, open while there are rights to create them in another user's folder. */
struct outputs {
	FILE *profile;
	/* Only when it was asked for. */
	FILE *off_cpu;
	FILE *summary;
};

static FILE *open_output(const char *folder, const char *name)
{
	char path[4096];
	FILE *file = NULL;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) < (int)sizeof(path))
		file = fopen(path, "we");
	if (!file)
		fail(EXIT_CANNOT_MEASURE, "cannot write %s/%s: %s", folder, name, strerror(errno));
	return file;
}

static void close_output(FILE *file, bool written, const char *folder, const char *name)
{
	if (!written || fclose(file))
		fail(EXIT_CANNOT_MEASURE, "cannot write %s/%s: %s", folder, name, strerror(errno));
}

static struct pprof_value_type value_type(const struct sampling_event *event)
{
	if (event->is_time)
		return (struct pprof_value_type){ "cpu", "nanoseconds" };
	return (struct pprof_value_type){ event->name, "count" };
}

/* What of the samples cannot be named, or may be named wrong, for the user to know. */
static void note_losses(const struct recorder *recorder, const struct capture_totals *totals, struct notes *limits)
{
	uint32_t files = recorder_files_not_kept(recorder);

	if (totals->mappings_lost > 0)
		notes_add(limits, "%llu reports of what processes mapped were lost: samples from about then may be named by what was "
				  "mapped a little later.",
			  (unsigned long long)totals->mappings_lost);
	if (files > 0)
		notes_add(limits, "Functions of %u files have no names: more than %d files were mapped and sampled.", files,
			  MAX_KEPT_FILES);
}

/* What is followed by frame pointers, or not at all, though it may have tables. */
static void note_without_tables(const struct spaces_counts *counts, struct notes *limits)
{
	if (counts->unread > 0)
		notes_add(limits, "The unwind tables of %llu files, the last %s, could not be read: what read them crashed or took too much. "
				  "Stacks are followed through their code by frame pointers, which it may not have.",
			  (unsigned long long)counts->unread, counts->unread_path);
	if (counts->too_many_rows > 0)
		notes_add(limits, "The unwind tables of %llu files found no more room. Stacks are followed through their code by frame "
				  "pointers, which it may not have.",
			  (unsigned long long)counts->too_many_rows);
	if (counts->too_many_mappings > 0)
		notes_add(limits, "Changes to what is mapped left processes without unwind tables %llu times: they have more than %d "
				  "executable mappings.",
			  (unsigned long long)counts->too_many_mappings, UNWIND_MAPPINGS);
	if (counts->too_many_processes > 0)
		notes_add(limits, "Processes were left without unwind tables %llu times: more than %d differ in what they have mapped.",
			  (unsigned long long)counts->too_many_processes, UNWIND_SPACES);
}

/*
 * Large blocks, too, come from the heap and go back to it: pages that the kernel takes back and gives out zeroed again are a
 * twelfth of what a capture takes.
 */
static void keep_memory(void)
{
	mallopt(M_TOP_PAD, 16 << 20);
	mallopt(M_TRIM_THRESHOLD, 128 << 20);
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
}

int record_run(const struct options *options)
{
	struct recorder *recorder = recorder_new();
	struct recorder_counts counts;
	struct recorder_window window;
	struct sampling_event event;
	struct capture_totals totals = { 0 };
	struct notes limits = { 0 };
	struct target target;
	struct outputs outputs;
	const struct backend *backend;
	struct table_cache *cache = open_cache(options->cache);
	uint64_t begin, wall, cpu_before, cpu_after;

	keep_memory();
	if (mkdir(options->out, 0777) && errno != EEXIST)
		fail(EXIT_USAGE, "--out %s: %s", options->out, strerror(errno));
	watch_signals();
	target_open(&target, options);
	backend = start_backend(options->backend,
				&(struct capture_request){ .roots = target.pids,
							   .root_count = target.pid_count,
							   .cgroup_id = target.cgroup.id,
							   .sampling = options->sampling,
							   .max_depth = options->max_depth,
							   .buffer_bytes = options->buffer_bytes,
							   .off_cpu = options->off_cpu,
							   .off_cpu_min = options->off_cpu_min,
							   .time_stacks = options->time_stacks,
							   .compare_kernel_stacks = options->compare_kernel_stacks,
							   .cache = cache,
							   .recorder = recorder,
							   .limits = &limits },
				&event);
	outputs.profile = open_output(options->out, "cpu.pb.gz");
	outputs.off_cpu = options->off_cpu && backend == &backend_bpf ? open_output(options->out, "offcpu.pb.gz") : NULL;
	outputs.summary = open_output(options->out, "capture.json");
	privileges_reduce(&(struct privileges_needs){ .bpf = backend == &backend_bpf, .command = target.is_command });
	begin = clock_nanoseconds(CLOCK_MONOTONIC);
	cpu_before = clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
	window = (struct recorder_window){ .started_at = clock_nanoseconds(CLOCK_REALTIME),
					   .value = value_type(&event),
					   .period = event.weight };
	say_ready(backend, &event, &limits);
	target_release(&target);
	wait_for_end(backend, &target, recorder, options);
	wall = clock_nanoseconds(CLOCK_MONOTONIC) - begin;
	backend->stop(&totals);
	note_losses(recorder, &totals, &limits);
	note_without_tables(&totals.without_tables, &limits);
	cpu_after = clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID);

	recorder_follow_maps(recorder);
	table_cache_free(cache);
	target_close(&target);
	if (!confine(CONFINED_TO_READING))
		notes_add(&limits, "This kernel has no seccomp filters: files are parsed without capabilities, but with all other "
				   "rights of this user.");
	recorder_resolve(recorder);
	naming_note(recorder_naming(recorder), &limits);
	recorder_count(recorder, &counts);
	window.duration = wall;
	close_output(outputs.profile, recorder_write(recorder, RECORDER_CPU, &window, outputs.profile), options->out, "cpu.pb.gz");
	if (outputs.off_cpu)
		close_output(outputs.off_cpu, recorder_write(recorder, RECORDER_OFF_CPU, &window, outputs.off_cpu), options->out,
			     "offcpu.pb.gz");
	close_output(outputs.summary,
		     capture_summary_write(&(struct capture_summary){ .backend = backend->name,
								      .event = &event,
								      .target = &target,
								      .started_at = window.started_at,
								      .wall = wall,
								      .collector_cpu = cpu_after - cpu_before,
								      .totals = &totals,
								      .counts = &counts,
								      .limits = &limits },
					   outputs.summary),
		     options->out, "capture.json");
	say_done(options);
	recorder_free(recorder);
	return EXIT_WRITTEN;
}
