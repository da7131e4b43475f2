// SPDX-License-Identifier: Apache-2.0
/* What becomes of the samples: names, counts, a pprof file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "recorder_state.h"

/* The marker that a stack gets as its root, and whether that makes it incomplete. */
static enum incomplete_cause find_ending(const struct recorder *recorder, const struct stack *stack, int *marker)
{
	*marker = -1;
	switch ((enum stack_ending)stack->key->ending) {
	case ENDING_KERNEL_THREAD:
	case ENDING_HIDDEN_KERNEL:
		return COMPLETE;
	case ENDING_PROCESS_GONE:
		return INCOMPLETE_PROCESS_GONE;
	case ENDING_NO_USER_STACK:
		*marker = MARKER_NO_USER_STACK;
		return INCOMPLETE_NO_USER_STACK;
	case ENDING_TRUNCATED:
		*marker = MARKER_TRUNCATED;
		return COMPLETE;
	case ENDING_LAST_FRAME:
	case ENDING_BROKEN:
		break;
	}
	/* The C library's first functions may leave anything in the frame pointer: what is behind them does not matter. */
	if (recorder->named[stack->frames[stack->depth - 1]].is_root)
		return COMPLETE;
	*marker = MARKER_CHAIN_ENDED;
	return INCOMPLETE_FRAME_POINTER_CHAIN;
}

void recorder_resolve(struct recorder *recorder)
{
	resolver_initialise(&recorder->resolver, &recorder->objects);
	recorder->named = must_allocate(recorder->locations.count, sizeof(*recorder->named));
	for (uint32_t i = 0; i < recorder->locations.count; i++) {
		struct location location;

		memcpy(&location, recorder->locations.entries[i].bytes, sizeof(location));
		resolver_resolve(&recorder->resolver, &location, &recorder->named[i]);
	}
	resolver_unload(&recorder->resolver);
	for (uint32_t cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (recorder->cpu_samples[cpu])
			recorder->cpus[recorder->cpu_count++] = (struct cpu_count){
				.cpu = cpu,
				.samples = recorder->cpu_samples[cpu],
				.nanoseconds = recorder->cpu_nanoseconds[cpu],
			};
	}
	recorder->is_resolved = true;
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
		int marker;
		enum incomplete_cause incomplete = find_ending(recorder, &stack, &marker);
		enum unresolved_cause unresolved = stack.depth ? recorder->named[stack.frames[0]].cause : RESOLVED;

		counts->samples += stack.count;
		counts->weight += stack.nanoseconds;
		if (marker == MARKER_TRUNCATED)
			counts->truncated += stack.count;
		if (incomplete != COMPLETE)
			counts->incomplete[incomplete - 1].samples += stack.count;
		if (unresolved != RESOLVED)
			counts->unresolved[unresolved - 1].samples += stack.count;
	}
}

/* The numbers that mappings and locations have in the file; 0 until they are written. */
struct numbering {
	uint64_t *mappings;
	uint64_t *locations;
};

/* pprof takes the first mapping for the main program: files come before the kernel and generated code. */
static void write_mappings(const struct resolver *resolver, struct pprof *pprof, struct numbering *numbering)
{
	for (int files = 1; files >= 0; files--) {
		for (uint32_t i = 0; i < resolver->mapping_count; i++) {
			if ((resolver->mappings[i].file[0] == '/') == files)
				numbering->mappings[i] = pprof_add_mapping(pprof, &resolver->mappings[i]);
		}
	}
}

static uint64_t write_location(const struct recorder *recorder, struct pprof *pprof, struct numbering *numbering,
			       uint32_t location)
{
	const struct frame *frame = &recorder->named[location];
	uint64_t mapping = frame->mapping == NO_MAPPING ? 0 : numbering->mappings[frame->mapping];

	if (!numbering->locations[location])
		numbering->locations[location] = pprof_add_location(pprof, mapping, frame->address, &frame->function);
	return numbering->locations[location];
}

static void write_stack(const struct recorder *recorder, struct pprof *pprof, struct numbering *numbering,
			const struct stack *stack, uint64_t *locations)
{
	struct pprof_sample sample = { .locations = locations, .count = stack->count, .nanoseconds = stack->nanoseconds };
	int marker;

	for (uint32_t i = 0; i < stack->depth; i++)
		locations[sample.depth++] = write_location(recorder, pprof, numbering, stack->frames[i]);
	find_ending(recorder, stack, &marker);
	if (marker >= 0)
		locations[sample.depth++] = write_location(recorder, pprof, numbering, marker);
	if (stack->key->ending != ENDING_HIDDEN_KERNEL) {
		sample.thread = recorder->threads.entries[stack->key->thread].bytes;
		sample.pid = stack->key->pid;
		sample.tid = stack->key->tid;
		sample.cpu = stack->key->cpu;
	}
	pprof_add_sample(pprof, &sample);
}

bool recorder_write(const struct recorder *recorder, const struct recorder_window *window, const char *path)
{
	const struct resolver *resolver = &recorder->resolver;
	struct numbering numbering = {
		.mappings = must_allocate(resolver->mapping_count, sizeof(uint64_t)),
		.locations = must_allocate(recorder->locations.count, sizeof(uint64_t)),
	};
	/* One frame of a hidden kernel, or those of a sample, and a root. */
	uint64_t *locations = must_allocate(recorder->frames_capacity + 2, sizeof(*locations));
	struct pprof pprof;
	bool written;
	int error;

	pprof_begin(&pprof, window->started_at, window->duration, window->period);
	write_mappings(resolver, &pprof, &numbering);
	for (uint32_t i = 0; i < stacks_count(&recorder->stacks); i++) {
		struct stack stack = stacks_at(&recorder->stacks, i);

		write_stack(recorder, &pprof, &numbering, &stack, locations);
	}
	written = pprof_write(&pprof, path);
	error = errno;
	pprof_free(&pprof);
	free(locations);
	free(numbering.locations);
	free(numbering.mappings);
	errno = error;
	return written;
}
