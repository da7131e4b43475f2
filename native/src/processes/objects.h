/* SPDX-License-Identifier: Apache-2.0 */
/* What code can lie in: a file, the kernel, the vDSO, one process's generated code. Each has a number. */
#ifndef PROFBOUND_OBJECTS_H
#define PROFBOUND_OBJECTS_H

#include "support/interner.h"
#include "processes/mappings.h"
#include "symbols/perf_map.h"

enum object_kind {
	/* Not code: the address is one of enum marker. */
	OBJECT_MARKER,
	OBJECT_KERNEL,
	OBJECT_VDSO,
	/* An ELF file; addresses are offsets in it. */
	OBJECT_FILE,
	/* Anonymous executable memory of one process; addresses are as they were. */
	OBJECT_GENERATED,
};

/* The objects there is one of, by their numbers. */
enum { MARKER_OBJECT, KERNEL_OBJECT, VDSO_OBJECT, FIRST_OTHER_OBJECT };

struct object {
	enum object_kind kind;
	/* File: its path as the process saw it. */
	char *path;
	/* File, kernel symbols or perf map: open, or -1 when it could not be opened or too many are. */
	int fd;
	/* Generated code: whose it is. */
	struct perf_map_owner owner;
	/* Generated code: the process replaced its image, and any perf map is its successor's. */
	bool is_void;
};

/* A root folder, as the processes that have it see it. */
struct process_root {
	/* What tells it from others: its inode, and the mount namespace, because /tmp may be another in each. */
	uint64_t device;
	uint64_t inode;
	uint64_t namespace;
	int fd;
};

struct objects {
	struct object *entries;
	uint32_t count;
	uint32_t capacity;
	struct interner files;
	/* For each of `files` its object's number. */
	uint32_t *file_objects;
	struct process_root *roots;
	uint32_t root_count;
	/* Open files, roots included. */
	uint32_t kept_files;
	uint32_t kept_maps;
};

/* Opens the kernel's symbols, too: who may open the file may read them for as long as it is open. */
void objects_initialise(struct objects *objects);

/*
 * The object of a file mapping of process `pid`; opens the file at first sight, so that it can be symbolised when it is
 * deleted later. False when the file is there but is no ELF file: then the mapping is to be treated as generated code.
 */
bool objects_file(struct objects *objects, pid_t pid, const struct mapping *mapping, uint32_t *number);

/* A new object for the generated code of a process that has just been seen. */
uint32_t objects_generated(struct objects *objects, pid_t pid);

/* Opens the perf maps of all generated code. */
void objects_open_maps(struct objects *objects);

void objects_free(struct objects *objects);

#endif
