/* SPDX-License-Identifier: Apache-2.0 */
/* The records that say what becomes of processes, handed over to what is known of them. */
#ifndef PROFBOUND_PROCESS_RECORDS_H
#define PROFBOUND_PROCESS_RECORDS_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "processes/processes.h"

/* Reads the mappings of every process of the tree. Called when what happens to them is recorded already. */
void process_records_begin(struct processes *processes, const pid_t *roots, size_t root_count);

/* Takes a record in the order of time; true when it is of a process of the tree. Those of strangers change nothing. */
bool process_records_take(struct processes *processes, const struct perf_event_header *header);

#endif
