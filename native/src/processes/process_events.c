// SPDX-License-Identifier: Apache-2.0
/* What becomes of processes as the kernel reports it, in the order of time. */
#include <stdlib.h>

#include "processes/process_state.h"
#include "support/clock.h"
#include "support/fail.h"
#include "target/process_status.h"

/* How long after the report of its end a process is looked for: the report comes before the end. */
#define ENDING_NANOSECONDS 100000000ULL

void processes_fork(struct processes *processes, uint64_t time, pid_t pid, pid_t parent_pid)
{
	uint32_t index;
	const struct process *parent = process_find(processes, parent_pid, &index);
	struct process *child = process_find(processes, pid, &index);

	/* One that was adopted after it had been made is known better than by its parent. */
	if (!parent || parent == child || (child && time < child->known_at))
		return;
	child = process_add(processes, pid);
	child->known_at = time;
	child->root = parent->root;
	mappings_copy(&child->mappings, &parent->mappings);
	for (size_t i = 0; parent->generated && i < child->mappings.count; i++) {
		struct mapping *mapping = &child->mappings.entries[i];

		/* What it generates from now on is its own. */
		if (mapping->object == parent->generated)
			mapping->object = process_object_of(processes, child, mapping);
	}
	process_changed(processes, child);
}

void processes_exec(struct processes *processes, uint64_t time, pid_t pid)
{
	uint32_t index;
	struct process *process = process_find(processes, pid, &index);

	if (!process || time < process->known_at)
		return;
	if (process->generated)
		processes->objects->entries[process->generated].is_void = true;
	process->generated = 0;
	process->patience = FIRST_REREAD_NANOSECONDS;
	process->read_at = 0;
	process->known_at = time;
	process->is_between_images = true;
	mappings_free(&process->mappings);
	process_look_up_root(processes, process);
	process_changed(processes, process);
}

void processes_map(struct processes *processes, uint64_t time, pid_t pid, const struct mapping *mapping)
{
	uint32_t index;
	struct process *process = process_find(processes, pid, &index);

	if (process && time >= process->known_at)
		process_insert(processes, process, mapping);
}

void processes_exit(struct processes *processes, uint64_t time, pid_t pid)
{
	struct process_ending ending = { .time = time };
	const struct process *process = process_find(processes, pid, &ending.index);

	if (!process)
		return;
	ending.generation = process->generation;
	processes->endings =
		must_resize(processes->endings, processes->ending_count + 1, sizeof(*processes->endings));
	processes->endings[processes->ending_count++] = ending;
}

void processes_lost(struct processes *processes)
{
	processes->must_read_again = true;
}

/* Forgets the process if it has ended; false when the matter is still open. */
static bool settle(struct processes *processes, struct process_ending *ending, uint64_t now)
{
	struct process *process = processes->entries[ending->index];

	if (!process || process->generation != ending->generation)
		return true;
	if (now < ending->time + ENDING_NANOSECONDS)
		return false;
	switch (process_life_of(process->pid)) {
	case PROCESS_ENDED:
		process_forget(processes, ending->index);
		return true;
	case PROCESS_WITHOUT_FIRST_THREAD:
		ending->time = now;
		return false;
	case PROCESS_LIVES:
		/* Another thread replaced the image, and took over the pid. */
		return true;
	}
	return true;
}

static void settle_endings(struct processes *processes)
{
	uint64_t now = clock_nanoseconds(CLOCK_MONOTONIC);
	size_t kept = 0;

	for (size_t i = 0; i < processes->ending_count; i++) {
		if (!settle(processes, &processes->endings[i], now))
			processes->endings[kept++] = processes->endings[i];
	}
	processes->ending_count = kept;
}

void processes_publish_changes(struct processes *processes)
{
	for (size_t i = 0; i < processes->changed_count; i++) {
		struct process *process = processes->entries[processes->changed[i]];

		if (!process || !process->is_changed)
			continue;
		process->is_changed = false;
		process_tell(processes, process, &process->mappings);
	}
	processes->changed_count = 0;
}

void processes_publish(struct processes *processes)
{
	settle_endings(processes);
	for (uint32_t i = 0; processes->must_read_again && i < processes->pids.count; i++) {
		if (processes->entries[i])
			process_read_all(processes, processes->entries[i]);
	}
	processes->must_read_again = false;
	processes_publish_changes(processes);
}
