// SPDX-License-Identifier: Apache-2.0
/* What becomes of the samples: names, and counts. */
#include <stdlib.h>
#include <string.h>

#include "support/clock.h"
#include "support/fail.h"
#include "support/numa.h"
#include "profile/outcome.h"
#include "profile/recorder_state.h"

bool recorder_follow_maps(struct recorder *recorder)
{
	return objects_follow_maps(&recorder->objects, clock_nanoseconds(CLOCK_MONOTONIC));
}

/* What tells generated code at one address from other code there, once it has a name. */
struct named_place {
	uint64_t address;
	const char *name;
	const char *file;
	uint32_t line;
	uint32_t object;
};

/*
 * For each location the first that is the same: moments have served when all is named. The arrays have one entry a
 * location; the caller frees them.
 */
static uint32_t *find_same(const struct recorder *recorder)
{
	uint32_t *same = must_allocate(recorder->locations.count, sizeof(*same)), *firsts = NULL;
	struct interner places = { 0 };

	for (uint32_t i = 0; i < recorder->locations.count; i++) {
		const struct frame *frame = &recorder->named[i];
		struct location location;
		struct named_place place;
		bool is_new;
		uint32_t number;

		same[i] = i;
		memcpy(&location, recorder->locations.entries[i].bytes, sizeof(location));
		if (!location.moment)
			continue;
		place = (struct named_place){
			.address = location.address,
			.name = frame->line.function.system_name,
			.file = frame->line.function.file,
			.line = frame->line.function.start_line,
			.object = location.object,
		};
		number = interner_add(&places, &place, sizeof(place), &is_new);
		if (is_new && (number & (number - 1)) == 0)
			firsts = must_resize(firsts, number ? number * 2 : 1, sizeof(*firsts));
		if (is_new)
			firsts[number] = i;
		same[i] = firsts[number];
	}
	free(firsts);
	interner_free(&places);
	return same;
}

/* Puts stacks together that differ by nothing but when they were seen. */
static void merge_stacks(struct recorder *recorder, struct stacks *stacks, const uint32_t *same)
{
	struct stacks merged = { 0 };

	for (uint32_t i = 0; i < stacks_count(stacks); i++) {
		struct stack stack = stacks_at(stacks, i);

		for (uint32_t at = 0; at < stack.depth; at++)
			recorder->frames[at] = same[stack.frames[at]];
		stacks_add(&merged, stack.key, recorder->frames, stack.depth, stack.count, stack.nanoseconds);
	}
	stacks_free(stacks);
	*stacks = merged;
}

static void forget_moments(struct recorder *recorder)
{
	uint32_t *same;

	if (recorder->timed_locations == 0)
		return;
	same = find_same(recorder);
	merge_stacks(recorder, &recorder->stacks, same);
	merge_stacks(recorder, &recorder->waits, same);
	free(same);
}

void recorder_resolve(struct recorder *recorder)
{
	resolver_initialise(&recorder->resolver, &recorder->objects, &recorder->naming);
	recorder->named = must_allocate(recorder->locations.count, sizeof(*recorder->named));
	for (uint32_t i = 0; i < recorder->locations.count; i++) {
		struct location location;

		memcpy(&location, recorder->locations.entries[i].bytes, sizeof(location));
		resolver_resolve(&recorder->resolver, &location, &recorder->named[i]);
	}
	resolver_unload(&recorder->resolver);
	forget_moments(recorder);
	for (uint32_t cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (recorder->cpu_samples[cpu])
			recorder->cpus[recorder->cpu_count++] = (struct cpu_count){
				.cpu = cpu,
				.node = numa_node(recorder->nodes, cpu),
				.samples = recorder->cpu_samples[cpu],
				.weight = recorder->cpu_weights[cpu],
			};
	}
	recorder->is_resolved = true;
}

static void count_depth(struct recorder_counts *counts, uint32_t user_frames, uint64_t samples)
{
	uint32_t step = 0;

	if (user_frames == 0)
		return;
	while (step + 1 < DEPTH_STEPS && user_frames > 1u << step)
		step++;
	counts->depths[step] += samples;
}

void recorder_count(const struct recorder *recorder, struct recorder_counts *counts)
{
	*counts = (struct recorder_counts){ .cpus = recorder->cpus, .cpu_count = recorder->cpu_count };
	for (int cause = 1; cause < INCOMPLETE_CAUSES; cause++)
		counts->incomplete[cause - 1].cause = incomplete_names[cause];
	for (int cause = 1; cause < UNRESOLVED_CAUSES; cause++)
		counts->unresolved[cause - 1].cause = unresolved_names[cause];
	for (uint32_t i = 0; i < stacks_count(&recorder->stacks); i++) {
		struct stack stack = stacks_at(&recorder->stacks, i);
		struct outcome outcome = outcome_of(recorder, &stack);
		enum unresolved_cause unresolved = stack.depth ? recorder->named[stack.frames[0]].cause : RESOLVED;

		counts->samples += stack.count;
		counts->weight += stack.nanoseconds;
		count_depth(counts, outcome.depth - stack.key->kernel_frames, stack.count);
		if (outcome.marker == MARKER_TRUNCATED)
			counts->truncated += stack.count;
		if (outcome.incomplete != COMPLETE)
			counts->incomplete[outcome.incomplete - 1].samples += stack.count;
		if (unresolved != RESOLVED)
			counts->unresolved[unresolved - 1].samples += stack.count;
	}
}
