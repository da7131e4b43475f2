// SPDX-License-Identifier: Apache-2.0
#include "backends/process_records.h"

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
