// SPDX-License-Identifier: Apache-2.0
#include "processes.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fail.h"
#include "limits.h"

/* A process that loads its libraries misses often at first: the second reading may follow this soon. */
#define FIRST_REREAD_NANOSECONDS 1000000ULL

struct process {
	pid_t pid;
	struct mappings mappings;
	bool was_read;
	uint64_t read_at; /* CLOCK_MONOTONIC */
	/* How long a miss is believed without reading again. */
	uint64_t patience;
	/* Of its generated code; 0 when none was sampled. */
	uint32_t generated;
};

static void read_mappings(struct process *process)
{
	process->was_read = mappings_read(&process->mappings, process->pid) || process->was_read;
	process->read_at = clock_nanoseconds(CLOCK_MONOTONIC);
}

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
	read_mappings(process);
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
	read_mappings(process);
}

/* The mapping of `address`, read anew where there was none. */
static const struct mapping *find(struct process *process, uint64_t address)
{
	const struct mapping *mapping = mappings_find(&process->mappings, address);

	if (mapping || clock_nanoseconds(CLOCK_MONOTONIC) - process->read_at < process->patience)
		return mapping;
	read_mappings(process);
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

enum placement process_place(struct processes *processes, struct process *process, uint64_t address,
			     struct location *location)
{
	const struct mapping *mapping = find(process, address);
	uint64_t offset;

	if (!mapping)
		return process->was_read ? PLACED_NOWHERE : PLACED_IN_GONE_PROCESS;
	offset = address - mapping->start + mapping->offset;
	*location = (struct location){ .object = VDSO_OBJECT, .address = offset };
	if (mapping->kind == MAPPING_VDSO)
		return PLACED;
	if (mapping->kind == MAPPING_FILE &&
	    objects_file(processes->objects, process->pid, mapping, &location->object))
		return PLACED;
	location->object = generated_of(processes, process);
	location->address = address;
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
