/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a sample stands for: the period that led to it. The period the kernel tells programs and rings is, for clocks, the
 * one the event was opened with, not the one it was given since; so the collector says what is in force.
 */
#ifndef PROFBOUND_WEIGHT_BPF_H
#define PROFBOUND_WEIGHT_BPF_H

struct cpu_period periods[MAX_SAMPLED_CPUS];

/* Set by the collector where the event counts time: then the clock says as much as its counter, which takes longer to read. */
bool counts_time;

static __always_inline __u64 event_counter(struct bpf_perf_event_data *context, __u64 now)
{
	struct bpf_perf_event_value value = { 0 };

	if (counts_time)
		return now;
	bpf_perf_prog_read_value(context, &value, sizeof(value));
	return value.counter;
}

/*
 * Called for every sample of a CPU, of whatever task: each begins the period of the next. In the event's unit; `now` is
 * CLOCK_MONOTONIC.
 */
static __always_inline __u64 sample_weight(struct bpf_perf_event_data *context, __u64 now)
{
	struct cpu_period *period = &periods[bpf_get_smp_processor_id() % MAX_SAMPLED_CPUS];
	__u64 weight = period->length, generation = period->generation, counter, counted;

	/* The kernel adapts the period of what counts occurrences, and says what it was. */
	if (weight == 0)
		return context->sample_period;
	counter = event_counter(context, now);
	counted = counter - period->counter;
	period->counter = counter;
	/*
	 * A new period begins at once, and what had passed of the old one leads to the same sample. How much that was, the
	 * counter knows; it also counts time the hypervisor took, during which no period can have passed.
	 */
	if (generation != period->seen && counted > 0) {
		__u64 most = period->previous + period->length;

		weight = counted < most ? counted : most;
	}
	period->seen = generation;
	return weight;
}

#endif
