// SPDX-License-Identifier: Apache-2.0
#include "processes/processes.h"

#include <stdlib.h>
#include <string.h>

#include "support/clock.h"
#include "support/fail.h"
#include "support/bounds.h"
#include "processes/process_state.h"
#include "symbols/jitdump.h"

struct process *process_find(const struct processes *processes, pid_t pid, uint32_t *index)
{
	return interner_find(&processes->pids, &pid, sizeof(pid), index) ? processes->entries[*index] : NULL;
}

void process_tell(const struct processes *processes, const struct process *process, const struct mappings *mappings)
{
	const struct process_change change = { .pid = process->pid, .generation = process->generation, .mappings = mappings };

	if (processes->listener)
		processes->listener(processes->context, &change);
}

void process_forget(struct processes *processes, uint32_t index)
{
	struct process *process = processes->entries[index];

	process_tell(processes, process, NULL);
	mappings_free(&process->mappings);
	free(process);
	processes->entries[index] = NULL;
}

struct process *process_add(struct processes *processes, pid_t pid)
{
	struct process *process = must_allocate(1, sizeof(*process));
	bool is_new;
	uint32_t index = interner_add(&processes->pids, &pid, sizeof(pid), &is_new);

	if (is_new) {
		processes->entries = must_resize(processes->entries, index + 1, sizeof(*processes->entries));
		processes->entries[index] = NULL;
	}
	if (processes->entries[index])
		process_forget(processes, index);
	process->pid = pid;
	process->generation = ++processes->generations;
	process->patience = FIRST_REREAD_NANOSECONDS;
	process->root = -1;
	processes->entries[index] = process;
	return process;
}

void process_changed(struct processes *processes, struct process *process)
{
	uint32_t index;

	if (process->is_changed || !process_find(processes, process->pid, &index))
		return;
	process->is_changed = true;
	processes->changed = must_resize(processes->changed, processes->changed_count + 1, sizeof(*processes->changed));
	processes->changed[processes->changed_count++] = index;
}

void process_look_up_root(struct processes *processes, struct process *process)
{
	int root = objects_root(processes->objects, process->pid);

	if (root >= 0)
		process->root = root;
}

uint32_t process_object_of(struct processes *processes, struct process *process, const struct mapping *mapping)
{
	uint32_t object;

	if (mapping->kind == MAPPING_VDSO)
		return VDSO_OBJECT;
	if (mapping->kind == MAPPING_FILE && !jitdump_is_path(mapping->path) &&
	    objects_file(processes->objects, process->pid, process->root, mapping, &object))
		return object;
	if (!process->generated)
		process->generated = objects_generated(processes->objects, process->pid, process->root);
	if (mapping->kind == MAPPING_FILE && jitdump_is_path(mapping->path))
		objects_jitdump(processes->objects, process->generated, process->pid, process->root, mapping);
	return process->generated;
}

bool process_read_all(struct processes *processes, struct process *process)
{
	uint64_t now = clock_nanoseconds(CLOCK_MONOTONIC);

	if (!mappings_read(&process->mappings, process->pid))
		return false;
	process->known_at = now;
	process->is_between_images = false;
	process_look_up_root(processes, process);
	for (size_t i = 0; i < process->mappings.count; i++)
		process->mappings.entries[i].object = process_object_of(processes, process, &process->mappings.entries[i]);
	process_changed(processes, process);
	return true;
}

void process_insert(struct processes *processes, struct process *process, const struct mapping *mapping)
{
	struct mapping *inserted = mappings_insert(&process->mappings, mapping);

	process->is_between_images = false;
	if (!inserted)
		return;
	if (!inserted->object)
		inserted->object = process_object_of(processes, process, mapping);
	process_changed(processes, process);
}

void processes_on_change(struct processes *processes, process_listener *listener, void *context)
{
	processes->listener = listener;
	processes->context = context;
}

struct process *processes_get(struct processes *processes, pid_t pid)
{
	uint32_t index;
	struct process *process = process_find(processes, pid, &index);

	return process ? process : process_add(processes, pid);
}

bool processes_has(const struct processes *processes, pid_t pid)
{
	uint32_t index;

	return process_find(processes, pid, &index) != NULL;
}

void processes_adopt(struct processes *processes, pid_t pid)
{
	process_read_all(processes, processes_get(processes, pid));
}

/* Looks into a process in which nothing is known at `address`. */
static void learn(struct processes *processes, struct process *process, uint64_t address)
{
	struct mappings seen = { 0 };
	const struct mapping *mapping;

	if (process->mappings.count == 0) {
		process_read_all(processes, process);
		return;
	}
	/* What it shows now is younger than the sample: no more of it is believed than what nothing else is known of. */
	if (!mappings_read(&seen, process->pid))
		return;
	mapping = mappings_find(&seen, address);
	if (mapping)
		process_insert(processes, process, mapping);
	mappings_free(&seen);
}

/* The mapping of `address`, looked for anew where there was none. */
static struct mapping *find_mapping(struct processes *processes, struct process *process, uint64_t address)
{
	struct mapping *mapping = mappings_find(&process->mappings, address);
	uint64_t now;

	if (mapping)
		return mapping;
	now = clock_nanoseconds(CLOCK_MONOTONIC);
	if (process->read_at && now - process->read_at < process->patience)
		return NULL;
	process->read_at = now;
	learn(processes, process, address);
	mapping = mappings_find(&process->mappings, address);
	process->patience = mapping ? FIRST_REREAD_NANOSECONDS : process->patience * 2;
	if (process->patience > MAPS_REREAD_NANOSECONDS)
		process->patience = MAPS_REREAD_NANOSECONDS;
	return mapping;
}

enum placement process_place(struct processes *processes, struct process *process, uint64_t address,
			     struct location *location)
{
	const struct mapping *mapping;
	bool is_generated;

	if (process->is_between_images)
		return PLACED_BETWEEN_IMAGES;
	mapping = find_mapping(processes, process, address);
	if (!mapping)
		return process->mappings.count ? PLACED_NOWHERE : PLACED_IN_GONE_PROCESS;
	is_generated = mapping->object == process->generated;
	if (!is_generated)
		objects_sampled(processes->objects, process->pid, process->root, mapping);
	*location = (struct location){
		.object = mapping->object,
		.address = is_generated ? address : address - mapping->start + mapping->offset,
	};
	return PLACED;
}

void processes_free(struct processes *processes)
{
	for (uint32_t i = 0; i < processes->pids.count; i++) {
		if (!processes->entries[i])
			continue;
		mappings_free(&processes->entries[i]->mappings);
		free(processes->entries[i]);
	}
	free(processes->entries);
	free(processes->changed);
	free(processes->endings);
	interner_free(&processes->pids);
}
