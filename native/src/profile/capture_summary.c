// SPDX-License-Identifier: Apache-2.0
#include "profile/capture_summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/json.h"

static void write_causes(struct json *json, const char *key, const struct cause_count *causes)
{
	json_open(json, key, '{');
	for (int i = 0; i < RECORDER_CAUSES; i++) {
		if (causes[i].cause)
			json_unsigned(json, causes[i].cause, causes[i].samples);
	}
	json_close(json, '}');
}

static void write_target(struct json *json, const struct target *target)
{
	json_open(json, "target", '{');
	json_string(json, "kind", target->cgroup.id ? "cgroup" : target->is_command ? "command" : "pid");
	json_open(json, "pids", '[');
	for (size_t i = 0; i < target->pid_count; i++)
		json_unsigned(json, NULL, target->pids[i]);
	json_close(json, ']');
	json_unsigned(json, "runs", target->runs);
	if (target->exit_code >= 0)
		json_signed(json, "exitCode", target->exit_code);
	else
		json_null(json, "exitCode");
	if (target->signal >= 0)
		json_signed(json, "signal", target->signal);
	else
		json_null(json, "signal");
	json_bool(json, "exited", target->exited);
	json_close(json, '}');
}

static void write_cpus(struct json *json, const struct recorder_counts *counts)
{
	json_open(json, "perCpu", '[');
	for (uint32_t i = 0; i < counts->cpu_count; i++) {
		json_open(json, NULL, '{');
		json_unsigned(json, "cpu", counts->cpus[i].cpu);
		json_unsigned(json, "node", counts->cpus[i].node);
		json_unsigned(json, "samples", counts->cpus[i].samples);
		json_unsigned(json, "weight", counts->cpus[i].weight);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void write_depths(struct json *json, const struct recorder_counts *counts)
{
	json_open(json, "depths", '[');
	for (int step = 0; step < DEPTH_STEPS; step++) {
		json_open(json, NULL, '{');
		json_unsigned(json, "frames", 1u << step);
		json_unsigned(json, "samples", counts->depths[step]);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void write_off_cpu(struct json *json, const struct off_cpu_account *account)
{
	if (!account->is_taken) {
		json_null(json, "offCpu");
		return;
	}
	json_open(json, "offCpu", '{');
	json_unsigned(json, "threads", account->threads);
	json_unsigned(json, "threadNanoseconds", account->thread_nanoseconds);
	json_unsigned(json, "runningNanoseconds", account->running_nanoseconds);
	json_unsigned(json, "runnableNanoseconds", account->runnable_nanoseconds);
	json_unsigned(json, "blockedNanoseconds", account->blocked_nanoseconds);
	json_unsigned(json, "blocks", account->blocks);
	json_unsigned(json, "stacks", account->stacks);
	json_open(json, "withoutStackNanoseconds", '{');
	for (int cause = 0; cause < UNTRACED_CAUSES; cause++)
		json_unsigned(json, untraced_names[cause], account->untraced[cause]);
	json_close(json, '}');
	write_causes(json, "lost", account->lost);
	json_unsigned(json, "switches", account->switches);
	json_unsigned(json, "bpfRunNanoseconds", account->bpf_run_nanoseconds);
	json_close(json, '}');
}

static void write_all(struct json *json, const struct capture_summary *summary)
{
	const struct capture_totals *totals = summary->totals;
	const struct recorder_counts *counts = summary->counts;
	char started_at[24];

	snprintf(started_at, sizeof(started_at), "%" PRIu64, summary->started_at);
	json_open(json, NULL, '{');
	json_string(json, "schema", "profbound/capture@1");
	json_string(json, "collector", "profbound-collect " PROFBOUND_VERSION);
	json_string(json, "backend", summary->backend);
	json_string(json, "event", summary->event->name);
	json_unsigned(json, "rateHz", summary->event->rate_hz);
	json_bool(json, "fixedPeriod", summary->event->fixed_period);
	json_string(json, "unit", summary->event->is_time ? "nanoseconds" : "count");
	write_target(json, summary->target);
	json_string(json, "startedAtNanoseconds", started_at);
	json_unsigned(json, "wallNanoseconds", summary->wall);
	json_unsigned(json, "cpuNanoseconds", totals->cpu_nanoseconds);
	json_string(json, "cpuAccount", totals->cpu_account);
	json_unsigned(json, "samples", counts->samples);
	json_unsigned(json, "weight", counts->weight);
	write_causes(json, "lost", totals->lost);
	json_unsigned(json, "mappingsLost", totals->mappings_lost);
	json_unsigned(json, "truncated", counts->truncated);
	write_causes(json, "incomplete", counts->incomplete);
	write_causes(json, "unresolved", counts->unresolved);
	write_depths(json, counts);
	write_cpus(json, counts);
	json_unsigned(json, "machineCpus", sysconf(_SC_NPROCESSORS_ONLN));
	json_unsigned(json, "tasks", totals->tasks);
	write_off_cpu(json, &totals->off_cpu);
	json_open(json, "overhead", '{');
	json_unsigned(json, "bpfRunNanoseconds", totals->bpf_run_nanoseconds);
	json_unsigned(json, "bpfRunCount", totals->bpf_run_count);
	json_unsigned(json, "recursionMisses", totals->recursion_misses);
	json_unsigned(json, "sampleRunNanoseconds", totals->sample_run_nanoseconds);
	json_unsigned(json, "sampleRunCount", totals->sample_run_count);
	if (totals->stacks_timed) {
		json_unsigned(json, "treeSampleNanoseconds", totals->tree_sample_nanoseconds);
		json_unsigned(json, "userWalkNanoseconds", totals->user_walk_nanoseconds);
		json_unsigned(json, "kernelWalkNanoseconds", totals->kernel_walk_nanoseconds);
	}
	json_unsigned(json, "ringBytes", totals->ring_bytes);
	json_unsigned(json, "framesByTable", totals->frames_by_table);
	json_unsigned(json, "framesByFramePointer", totals->frames_by_frame_pointer);
	json_unsigned(json, "stacksCopied", totals->stacks_copied);
	json_unsigned(json, "copiesRefused", totals->copies_refused);
	json_unsigned(json, "kernelStacksAsked", totals->kernel_stacks_asked);
	if (totals->kernel_stacks_are_compared) {
		json_unsigned(json, "kernelStacksCompared", totals->kernel_stacks_compared);
		json_unsigned(json, "kernelStacksDifferent", totals->kernel_stacks_different);
	}
	json_unsigned(json, "collectorCpuNanoseconds", summary->collector_cpu + totals->builder_nanoseconds);
	json_close(json, '}');
	json_open(json, "limits", '[');
	for (size_t i = 0; i < summary->limits->count; i++)
		json_string(json, NULL, summary->limits->lines[i]);
	json_close(json, ']');
	json_close(json, '}');
}

bool capture_summary_write(const struct capture_summary *summary, FILE *file)
{
	struct json json = { .stream = file };

	write_all(&json, summary);
	fputc('\n', file);
	return fflush(file) == 0 && !ferror(file);
}
