// SPDX-License-Identifier: Apache-2.0
/* The samples, once they have names, as a pprof file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fail.h"
#include "support/numa.h"
#include "profile/outcome.h"
#include "profile/recorder_state.h"

/* The numbers that mappings and locations have in the file; 0 until they are written. */
struct numbering {
	uint64_t *mappings;
	uint64_t *locations;
};

/* The file whose own code ran longest, or NO_MAPPING. */
static uint32_t find_main_mapping(const struct recorder *recorder)
{
	uint32_t count = recorder->resolver.mapping_count, best = NO_MAPPING;
	uint64_t *weights = must_allocate(count, sizeof(*weights));

	for (uint32_t i = 0; i < stacks_count(&recorder->stacks); i++) {
		struct stack stack = stacks_at(&recorder->stacks, i);
		uint32_t mapping = stack.depth ? recorder->named[stack.frames[0]].mapping : NO_MAPPING;

		if (mapping == NO_MAPPING || recorder->resolver.mappings[mapping].file[0] != '/')
			continue;
		weights[mapping] += stack.nanoseconds;
		if (best == NO_MAPPING || weights[mapping] > weights[best])
			best = mapping;
	}
	free(weights);
	return best;
}

/* Readers of pprof take the first mapping for the program. */
static void write_mappings(const struct recorder *recorder, struct pprof *pprof, struct numbering *numbering)
{
	const struct resolver *resolver = &recorder->resolver;
	uint32_t first = find_main_mapping(recorder);

	if (first != NO_MAPPING)
		numbering->mappings[first] = pprof_add_mapping(pprof, &resolver->mappings[first]);
	for (uint32_t i = 0; i < resolver->mapping_count; i++) {
		if (i != first)
			numbering->mappings[i] = pprof_add_mapping(pprof, &resolver->mappings[i]);
	}
}

static uint64_t write_location(const struct recorder *recorder, struct pprof *pprof, struct numbering *numbering,
			       uint32_t location)
{
	const struct frame *frame = &recorder->named[location];
	uint64_t mapping = frame->mapping == NO_MAPPING ? 0 : numbering->mappings[frame->mapping];

	if (!numbering->locations[location])
		numbering->locations[location] = pprof_add_location(pprof, mapping, frame->address, &frame->line,
								    frame->inlined, frame->inlined_count);
	return numbering->locations[location];
}

#define LABELS 5
/* Bytes of a number as text. */
#define NUMERALS 11

static const char *numerals(char text[NUMERALS], uint32_t number)
{
	snprintf(text, NUMERALS, "%u", number);
	return text;
}

/* Fills `labels`, with room in `texts` for numbers, and returns how many there are. */
static uint32_t label_stack(const struct recorder *recorder, enum recorder_profile profile, const struct stack *stack,
			    struct pprof_label labels[LABELS], char texts[2][NUMERALS])
{
	const struct stack_key *key = stack->key;
	uint32_t count = 0;

	if (key->pid) {
		labels[count++] = (struct pprof_label){ .key = "thread", .text = recorder->threads.entries[key->thread].bytes };
		labels[count++] = (struct pprof_label){ .key = "pid", .number = key->pid };
		labels[count++] = (struct pprof_label){ .key = "tid", .number = key->tid };
	}
	if (profile == RECORDER_OFF_CPU)
		labels[count++] = (struct pprof_label){ .key = "state", .text = recorder->states.entries[key->state].bytes };
	if (profile == RECORDER_OFF_CPU || !key->pid)
		return count;
	/* As text: readers of pprof take a number 0 for no label. */
	labels[count++] = (struct pprof_label){ .key = "cpu", .text = numerals(texts[0], key->cpu) };
	labels[count++] = (struct pprof_label){ .key = "node", .text = numerals(texts[1], numa_node(recorder->nodes, key->cpu)) };
	return count;
}

/* Where the stack of a wait begins: before it come the scheduler, and whoever watches it. */
static uint32_t find_wait(const struct recorder *recorder, const struct stack *stack)
{
	for (uint32_t i = 0; i < stack->key->kernel_frames; i++) {
		if (strcmp(recorder->named[stack->frames[i]].line.function.name, "__schedule") == 0)
			return i + 1;
	}
	return 0;
}

static void write_stack(const struct recorder *recorder, enum recorder_profile profile, struct pprof *pprof, struct numbering *numbering,
			const struct stack *stack, uint64_t *locations)
{
	uint32_t first = profile == RECORDER_OFF_CPU ? find_wait(recorder, stack) : 0;
	struct pprof_label labels[LABELS];
	char texts[2][NUMERALS];
	struct pprof_sample sample = {
		.locations = locations,
		.values = { stack->count, stack->nanoseconds },
		.labels = labels,
		.label_count = label_stack(recorder, profile, stack, labels, texts),
	};
	struct outcome outcome = outcome_of(recorder, stack);

	if (profile == RECORDER_OFF_CPU) {
		sample.values[0] = stack->nanoseconds;
		sample.values[1] = stack->count;
	}
	for (uint32_t i = first; i < outcome.depth; i++)
		locations[sample.depth++] = write_location(recorder, pprof, numbering, stack->frames[i]);
	if (outcome.marker >= 0)
		locations[sample.depth++] = write_location(recorder, pprof, numbering, outcome.marker);
	pprof_add_sample(pprof, &sample);
}

static struct pprof_header header_of(enum recorder_profile profile, const struct recorder_window *window)
{
	struct pprof_header header = {
		.values = { { "samples", "count" }, window->value },
		.shown = 1,
		.period = window->period,
		.started_at = window->started_at,
		.duration = window->duration,
	};

	if (profile == RECORDER_OFF_CPU) {
		header.values[0] = (struct pprof_value_type){ "offcpu", "nanoseconds" };
		header.values[1] = (struct pprof_value_type){ "events", "count" };
		header.shown = 0;
		/* Every nanosecond is there. */
		header.period = 1;
	}
	return header;
}

bool recorder_write(const struct recorder *recorder, enum recorder_profile profile, const struct recorder_window *window,
		    FILE *file)
{
	const struct stacks *stacks = profile == RECORDER_OFF_CPU ? &recorder->waits : &recorder->stacks;
	const struct pprof_header header = header_of(profile, window);
	struct numbering numbering = {
		.mappings = must_allocate(recorder->resolver.mapping_count, sizeof(uint64_t)),
		.locations = must_allocate(recorder->locations.count, sizeof(uint64_t)),
	};
	/* One frame of a hidden kernel, or those of a sample, and a root. */
	uint64_t *locations = must_allocate(recorder->frames_capacity + 2, sizeof(*locations));
	struct pprof pprof;
	bool written;
	int error;

	pprof_begin(&pprof, &header);
	write_mappings(recorder, &pprof, &numbering);
	for (uint32_t i = 0; i < stacks_count(stacks); i++) {
		struct stack stack = stacks_at(stacks, i);

		/* The stack of a wait whose end was lost weighs nothing: its place's other stacks took its time. */
		if (stack.count || stack.nanoseconds)
			write_stack(recorder, profile, &pprof, &numbering, &stack, locations);
	}
	written = pprof_write(&pprof, file);
	error = errno;
	pprof_free(&pprof);
	free(locations);
	free(numbering.locations);
	free(numbering.mappings);
	errno = error;
	return written;
}
