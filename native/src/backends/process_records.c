// SPDX-License-Identifier: Apache-2.0
#include "backends/process_records.h"

#include <stdio.h>

#include "backends/perf_record.h"
#include "target/process_tree.h"

void process_records_begin(struct processes *processes, const pid_t *roots, size_t root_count)
{
	struct thread_list threads = { 0 };

	process_tree_threads(roots, root_count, &threads);
	for (size_t i = 0; i < threads.count; i++) {
		if (threads.items[i].pid == threads.items[i].tid)
			processes_adopt(processes, threads.items[i].pid);
	}
	thread_list_free(&threads);
	processes_publish(processes);
}

static bool take_mapping(struct processes *processes, const struct perf_event_header *header)
{
	struct perf_mapping record;
	struct mapping mapping;
	/* PATH_MAX of the kernel, and what it appends. */
	char name[8192];

	if (!perf_record_mapping(header, &record) || !processes_has(processes, record.pid))
		return false;
	if (!record.executable || snprintf(name, sizeof(name), "%s", record.name) >= (int)sizeof(name))
		return true;
	mapping = (struct mapping){
		.start = record.start,
		.end = record.end,
		.offset = record.offset,
		.device = record.device,
		.inode = record.inode,
	};
	mapping_set_name(&mapping, name);
	processes_map(processes, perf_record_time(header), record.pid, &mapping);
	return true;
}

static bool take_exec(struct processes *processes, const struct perf_event_header *header)
{
	struct perf_comm comm;

	if (!perf_record_comm(header, &comm) || !comm.exec)
		return false;
	processes_exec(processes, perf_record_time(header), comm.pid);
	return processes_has(processes, comm.pid);
}

static bool take_task(struct processes *processes, const struct perf_event_header *header)
{
	struct perf_task task;

	if (!perf_record_task(header, &task))
		return false;
	if (header->type == PERF_RECORD_EXIT && task.tid == task.pid)
		processes_exit(processes, perf_record_time(header), task.pid);
	else if (header->type == PERF_RECORD_FORK && task.pid != task.parent_pid)
		processes_fork(processes, perf_record_time(header), task.pid, task.parent_pid);
	return processes_has(processes, task.pid);
}

bool process_records_take(struct processes *processes, const struct perf_event_header *header)
{
	switch (header->type) {
	case PERF_RECORD_MMAP2:
		return take_mapping(processes, header);
	case PERF_RECORD_COMM:
		return take_exec(processes, header);
	case PERF_RECORD_FORK:
	case PERF_RECORD_EXIT:
		return take_task(processes, header);
	case PERF_RECORD_LOST:
		processes_lost(processes);
		return true;
	}
	return false;
}
