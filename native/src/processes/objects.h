/* SPDX-License-Identifier: Apache-2.0 */
/* What code can lie in: a file, the kernel, the vDSO, one process's generated code. Each has a number. */
#ifndef PROFBOUND_OBJECTS_H
#define PROFBOUND_OBJECTS_H

#include "support/interner.h"
#include "processes/mappings.h"
#include "symbols/perf_map_history.h"
#include "symbols/symbols.h"

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
	/* File or kernel symbols: open, or -1 when it could not be opened or too many are. */
	int fd;
	/* Kernel: the functions at the addresses that were sampled, where it was asked for them; else empty. */
	struct symbols names;
	/* File: how often opening it failed. */
	uint8_t attempts;
	/* File, or jitdump file of generated code: there was no room for it among MAX_KEPT_FILES. */
	bool crowded_out;
	/* File or generated code: a sample lies in it. */
	bool is_sampled;
	/* Generated code: the jitdump file that describes it, open, or -1. */
	int jitdump_fd;
	/* Generated code: whose it is, and what its perf map said. */
	struct perf_map_owner owner;
	struct perf_map_history history;
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
	/* The mount namespace, open, or -1: so that what is mounted in it stays there when the last of its processes ends. */
	int namespace_fd;
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
	/* Where the search for a file to give up goes on. */
	uint32_t next_victim;
};

/* Opens the kernel's symbols, too: who may open the file may read them for as long as it is open. */
void objects_initialise(struct objects *objects);

/*
 * The object of a file mapping of process `pid`, whose root folder is or was `root`. The file is opened at first sight, so
 * that it can be symbolised when it is deleted later, or at the sight of another process that maps it when that failed.
 * False when the file is there but is no ELF file: then the mapping is to be treated as generated code.
 */
bool objects_file(struct objects *objects, pid_t pid, int root, const struct mapping *mapping, uint32_t *number);

/* A sample lies in the object: if it is a file it is kept open from now on, and opened if it had to make room for another. */
void objects_sampled(struct objects *objects, pid_t pid, int root, const struct mapping *mapping);

/* How many files with samples were not kept because MAX_KEPT_FILES were open. */
uint32_t objects_crowded_out(const struct objects *objects);

/* A new object for the generated code of a process that has just been seen. */
uint32_t objects_generated(struct objects *objects, pid_t pid, int root);

/* The process maps a jitdump file, by which it says what code it generates: kept open, unless it has one already. */
void objects_jitdump(struct objects *objects, uint32_t generated, pid_t pid, int root, const struct mapping *mapping);

/*
 * The root folder of a process, O_PATH; the objects' own. -1 when the process is gone or too many files are kept. All
 * that have the same share it.
 */
int objects_root(struct objects *objects, pid_t pid);

/*
 * Reads on in the perf maps of generated code that samples lie in, MAX_PERF_MAP_BYTES of all; `now` is CLOCK_MONOTONIC
 * nanoseconds. False where no process has generated code.
 */
bool objects_follow_maps(struct objects *objects, uint64_t now);

void objects_free(struct objects *objects);

#endif
