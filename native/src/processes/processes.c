// SPDX-License-Identifier: Apache-2.0
#include "processes/processes.h"

#include <stdlib.h>
#include <string.h>

#include "support/clock.h"
#include "support/fail.h"
#include "support/bounds.h"

/* A process that loads its libraries misses often at first: the second reading may follow this soon. */
#define FIRST_REREAD_NANOSECONDS 1000000ULL

struct process {
	pid_t pid;
	struct mappings mappings;
	/* The mappings were read when a sample asked for them, not only as those of an image without its libraries. */
	bool was_read;
	uint64_t read_at; /* CLOCK_MONOTONIC */
	/* How long a miss is believed without reading again. */
	uint64_t patience;
	/* Of its generated code; 0 when none was sampled. */
	uint32_t generated;
};

struct process *processes_get(struct processes *processes, pid_t pid)
{
	struct process *process;
	bool is_new;
	uint32_t index = interner_add(&processes->pids, &pid, sizeof(pid), &is_new);

	if (!is_new)
		return processes->entries[index];
	process = must_allocate(1, sizeof(*process));
	process->pid = pid;
	process->patience = FIRST_REREAD_NANOSECONDS;
	processes->entries = must_resize(processes->entries, index + 1, sizeof(*processes->entries));
	processes->entries[index] = process;
	return process;
}

void processes_exec(struct processes *processes, pid_t pid)
{
	struct process *process = processes_get(processes, pid);

	if (process->generated)
		processes->objects->entries[process->generated].is_void = true;
	process->generated = 0;
	process->patience = FIRST_REREAD_NANOSECONDS;
	process->was_read = false;
	mappings_free(&process->mappings);
	/* It may not live until its first sample arrives here: then at least its program is known. */
	mappings_read(&process->mappings, pid);
}

/* The mapping of `address`, read anew where there was none. */
static struct mapping *find(struct process *process, uint64_t address)
{
	struct mapping *mapping = mappings_find(&process->mappings, address);
	uint64_t now;

	if (mapping)
		return mapping;
	now = clock_nanoseconds(CLOCK_MONOTONIC);
	if (process->was_read && now - process->read_at < process->patience)
		return NULL;
	process->was_read = mappings_read(&process->mappings, process->pid) || process->was_read;
	process->read_at = now;
	mapping = mappings_find(&process->mappings, address);
	process->patience = mapping ? FIRST_REREAD_NANOSECONDS : process->patience * 2;
	if (process->patience > MAPS_REREAD_NANOSECONDS)
		process->patience = MAPS_REREAD_NANOSECONDS;
	return mapping;
}

static uint32_t generated_of(struct processes *processes, struct process *process)
{
	if (!process->generated)
		process->generated = objects_generated(processes->objects, process->pid);
	return process->generated;
}

/* The object of a mapping: a file, or what the process generated. */
static uint32_t object_of(struct processes *processes, struct process *process, const struct mapping *mapping)
{
	uint32_t object;

	if (mapping->kind == MAPPING_VDSO)
		return VDSO_OBJECT;
	if (mapping->kind == MAPPING_FILE && objects_file(processes->objects, process->pid, mapping, &object))
		return object;
	return generated_of(processes, process);
}

enum placement process_place(struct processes *processes, struct process *process, uint64_t address,
			     struct location *location)
{
	struct mapping *mapping = find(process, address);
	bool is_generated;

	if (!mapping)
		return process->was_read ? PLACED_NOWHERE : PLACED_IN_GONE_PROCESS;
	if (!mapping->object)
		mapping->object = object_of(processes, process, mapping);
	is_generated = mapping->object == process->generated;
	*location = (struct location){
		.object = mapping->object,
		.address = is_generated ? address : address - mapping->start + mapping->offset,
	};
	return PLACED;
}

void processes_free(struct processes *processes)
{
	for (uint32_t i = 0; i < processes->pids.count; i++) {
		mappings_free(&processes->entries[i]->mappings);
		free(processes->entries[i]);
	}
	free(processes->entries);
	interner_free(&processes->pids);
}
