/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spaces of the captured processes: from what is mapped where to what the unwinder looks up. Files are read once, and
 * processes with the same mappings share a space.
 */
#ifndef PROFBOUND_SPACES_H
#define PROFBOUND_SPACES_H

#include "processes/processes.h"
#include "unwind/builder.h"
#include "unwind/store.h"

/* Where spaces are made known to the kernel's side. */
struct spaces_output {
	/* Space `number` is this from now on; no process has it. */
	void (*fill)(void *context, uint32_t number, const struct unwind_space *space);
	/* The process has space `number`, or none: -1. */
	void (*assign)(void *context, pid_t pid, int64_t number);
	void *context;
};

struct spaces_counts {
	/* Processes that got no space: of too many mappings, or because all spaces were taken. */
	uint64_t too_many_mappings;
	uint64_t too_many_processes;
	/* Files whose table did not fit any more. */
	uint64_t too_many_rows;
	/* Files whose reader failed, and the path of the last; the objects hold it. */
	uint64_t unread;
	const char *unread_path;
};

struct spaces;

/* What it is given stays the caller's; `builder` NULL: files are read by this process itself. */
struct spaces *spaces_new(const struct objects *objects, struct builder *builder, struct store *store,
			  const struct spaces_output *output);

/* Takes over what changed; a process_listener with the spaces as context. */
void spaces_change(void *spaces, const struct process_change *change);

/* The space of a process, or NULL. Valid until the next change. */
const struct unwind_space *spaces_of(const struct spaces *spaces, pid_t pid);

const struct spaces_counts *spaces_counts(const struct spaces *spaces);

void spaces_free(struct spaces *spaces);

#endif
