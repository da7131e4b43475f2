// SPDX-License-Identifier: Apache-2.0
#include "profile/recorder.h"

#include <stdlib.h>
#include <string.h>

#include "support/fail.h"
#include "support/numa.h"
#include "profile/recorder_state.h"

struct recorder *recorder_new(void)
{
	struct recorder *recorder = must_allocate(1, sizeof(*recorder));

	objects_initialise(&recorder->objects);
	numa_read(recorder->nodes);
	recorder->processes.objects = &recorder->objects;
	for (int marker = 0; marker < MARKERS; marker++) {
		struct location location = { .object = MARKER_OBJECT, .address = marker };

		interner_add(&recorder->locations, &location, sizeof(location), NULL);
	}
	return recorder;
}

void recorder_free(struct recorder *recorder)
{
	if (!recorder)
		return;
	if (recorder->is_resolved)
		resolver_free(&recorder->resolver);
	free(recorder->named);
	free(recorder->frames);
	stacks_free(&recorder->stacks);
	stacks_free(&recorder->waits);
	interner_free(&recorder->states);
	interner_free(&recorder->locations);
	interner_free(&recorder->threads);
	processes_free(&recorder->processes);
	objects_free(&recorder->objects);
	free(recorder);
}

/* Stacks are made of few locations, over and over: most are found in one line of memory instead of the interner's three. */
static uint32_t location_number(struct recorder *recorder, const struct location *location)
{
	uint64_t mixed = (location->address + location->object) * 0x9e3779b97f4a7c15ULL;
	struct recent_location *recent = &recorder->recent[(mixed >> 32) % RECENT_LOCATIONS];

	if (!recent->number || recent->location.address != location->address || recent->location.object != location->object)
		*recent = (struct recent_location){ *location, 1 + interner_add(&recorder->locations, location, sizeof(*location), NULL) };
	return recent->number - 1;
}

/* The number of where a sample was placed: of generated code by when that was, since other code may come there. */
static uint32_t placed_number(struct recorder *recorder, struct location *location, uint64_t time)
{
	struct object *object = &recorder->objects.entries[location->object];
	bool is_new;
	uint32_t number;

	if (object->kind != OBJECT_GENERATED)
		return location_number(recorder, location);
	object->is_sampled = true;
	if (time && recorder->timed_locations < MAX_TIMED_LOCATIONS)
		location->moment = location_moment(time);
	else
		naming_lose(&recorder->naming, LOSS_MOMENTS, time != 0);
	number = interner_add(&recorder->locations, location, sizeof(*location), &is_new);
	recorder->timed_locations += is_new && location->moment;
	return number;
}

static void reserve_frames(struct recorder *recorder, uint32_t depth)
{
	if (depth <= recorder->frames_capacity)
		return;
	recorder->frames_capacity = depth * 2;
	recorder->frames = must_resize(recorder->frames, recorder->frames_capacity, sizeof(*recorder->frames));
}

#define TAGS (UNWIND_BY_FRAME_POINTER | UNWIND_INTERRUPTED)

/*
 * Where the code of frame `index` of a stack is. The leaf's address is exact, as is that of what a signal interrupted, and
 * of the code before it, which a handler returns to but which did not call it; the others return behind their call.
 */
static uint64_t user_address(const struct sample *sample, uint32_t index)
{
	bool interrupts = index + 1 < sample->user_depth && (sample->user[index + 1] & UNWIND_INTERRUPTED);
	bool exact = index == 0 || interrupts || (sample->user[index] & UNWIND_INTERRUPTED);

	return (sample->user[index] & ~TAGS) - !exact;
}

/* The kernel runs some threads on behalf of a process that never see user mode. */
static bool is_kernel_thread(const struct sample *sample)
{
	return strncmp(sample->comm, "iou-", 4) == 0;
}

/* How the stack of a sample ends that has user frames, all of them placed. */
static enum stack_ending ending_of(enum unwind_end end)
{
	static const enum stack_ending endings[UNWIND_ENDS] = {
		[UNWIND_COMPLETE] = ENDING_COMPLETE,
		[UNWIND_TRUNCATED] = ENDING_TRUNCATED,
		[UNWIND_NO_MAPPING] = ENDING_NO_MAPPING,
		[UNWIND_NO_SPACE] = ENDING_NO_TABLES,
		[UNWIND_UNREADABLE] = ENDING_STACK_UNREADABLE,
		[UNWIND_NO_RULE] = ENDING_NO_UNWIND_INFORMATION,
		[UNWIND_NOT_RISING] = ENDING_NOT_RISING,
		[UNWIND_CHAIN_ENDED] = ENDING_CHAIN_ENDED,
		[UNWIND_NO_USER] = ENDING_NO_USER_STACK,
	};

	return end < UNWIND_ENDS ? endings[end] : ENDING_CHAIN_ENDED;
}

/* Adds the user frames behind the first `*depth`, and says how the stack ends. */
static enum stack_ending add_user_frames(struct recorder *recorder, const struct sample *sample, uint32_t *depth)
{
	struct process *process;

	if (sample->user_depth == 0)
		return *depth && is_kernel_thread(sample) ? ENDING_KERNEL_THREAD : ENDING_NO_USER_STACK;
	process = processes_get(&recorder->processes, sample->pid);
	for (uint32_t i = 0; i < sample->user_depth; i++) {
		struct location location;
		enum placement placement =
			process_place(&recorder->processes, process, user_address(sample, i), &location);

		if (placement == PLACED_BETWEEN_IMAGES)
			return ENDING_NO_USER_STACK;
		if (placement == PLACED_IN_GONE_PROCESS) {
			recorder->frames[(*depth)++] = MARKER_PROCESS_GONE;
			return ENDING_PROCESS_GONE;
		}
		/* A return address is code. What is none was read from a register that held no frame pointer. */
		if (placement == PLACED_NOWHERE && i > 0)
			return sample->end == UNWIND_COMPLETE ? ENDING_NO_MAPPING : ENDING_CHAIN_ENDED;
		recorder->frames[(*depth)++] =
			placement == PLACED ? placed_number(recorder, &location, sample->time) : MARKER_NO_MAPPING;
	}
	return ending_of(sample->end);
}

/* Begins the stack of a sample: its kernel frames, of which it returns the number, and its labels. */
static uint32_t begin_stack(struct recorder *recorder, const struct sample *sample, struct stack_key *key)
{
	uint32_t depth = 0;

	*key = (struct stack_key){ .pid = sample->pid, .tid = sample->tid, .cpu = sample->cpu };
	/* One more for a frame that explains. */
	reserve_frames(recorder, sample->kernel_depth + sample->user_depth + 1);
	for (uint32_t i = 0; i < sample->kernel_depth; i++) {
		struct location location = { .object = KERNEL_OBJECT, .address = sample->kernel[i] - (i > 0) };

		recorder->frames[depth++] = location_number(recorder, &location);
	}
	key->kernel_frames = depth;
	key->is_guessed = sample->by_frame_pointers;
	for (uint32_t i = 0; i < sample->user_depth; i++)
		key->is_guessed |= (sample->user[i] & UNWIND_BY_FRAME_POINTER) != 0;
	key->thread = interner_add(&recorder->threads, sample->comm, strlen(sample->comm), NULL);
	return depth;
}

void recorder_add(struct recorder *recorder, const struct sample *sample)
{
	struct stack_key key;
	uint32_t depth = begin_stack(recorder, sample, &key);

	key.ending = add_user_frames(recorder, sample, &depth);
	stacks_add(&recorder->stacks, &key, recorder->frames, depth, 1, sample->weight);
	if (sample->cpu < MAX_CPUS) {
		recorder->cpu_samples[sample->cpu]++;
		recorder->cpu_weights[sample->cpu] += sample->weight;
	}
}

uint32_t recorder_add_wait(struct recorder *recorder, const struct sample *sample, const char *state, enum wait_origin origin)
{
	static const enum marker explanations[] = {
		[WAIT_BEFORE] = MARKER_BLOCKED_BEFORE,
		[WAIT_NOT_TAKEN] = MARKER_NOT_TAKEN,
		[WAIT_SHORT] = MARKER_BLOCKED_SHORTLY,
		[WAIT_CROWDED] = MARKER_CROWDED,
	};
	struct stack_key key;
	uint32_t depth = begin_stack(recorder, sample, &key);

	key.state = interner_add(&recorder->states, state, strlen(state), NULL);
	/* Waiting happens on no CPU. */
	key.cpu = 0;
	if (origin == WAIT_SEEN) {
		key.ending = add_user_frames(recorder, sample, &depth);
	} else {
		key.ending = ENDING_EXPLAINED;
		recorder->frames[depth++] = explanations[origin];
	}
	return stacks_add(&recorder->waits, &key, recorder->frames, depth, 0, 0);
}

void recorder_weigh_wait(struct recorder *recorder, uint32_t stack, uint64_t blocks, uint64_t nanoseconds)
{
	stacks_weigh(&recorder->waits, stack, blocks, nanoseconds);
}

struct processes *recorder_processes(struct recorder *recorder)
{
	return &recorder->processes;
}

uint64_t *recorder_kernel_addresses(const struct recorder *recorder, size_t *count)
{
	uint64_t *addresses = must_allocate(recorder->locations.count, sizeof(*addresses));

	*count = 0;
	for (uint32_t i = 0; i < recorder->locations.count; i++) {
		struct location location;

		memcpy(&location, recorder->locations.entries[i].bytes, sizeof(location));
		if (location.object == KERNEL_OBJECT)
			addresses[(*count)++] = location.address;
	}
	return addresses;
}

void recorder_name_kernel(struct recorder *recorder, uint64_t address, const char *name)
{
	symbols_add(&recorder->objects.entries[KERNEL_OBJECT].names, address, 1, name, SYMBOL_GLOBAL);
}

uint32_t recorder_files_not_kept(const struct recorder *recorder)
{
	return objects_crowded_out(&recorder->objects);
}

const struct naming_account *recorder_naming(const struct recorder *recorder)
{
	return &recorder->naming;
}

void recorder_add_hidden_kernel(struct recorder *recorder, uint64_t weight)
{
	const struct stack_key key = { .ending = ENDING_HIDDEN_KERNEL };
	const uint32_t frame = MARKER_HIDDEN_KERNEL;

	stacks_add(&recorder->stacks, &key, &frame, 1, 0, weight);
}
