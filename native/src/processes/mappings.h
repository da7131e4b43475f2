/* SPDX-License-Identifier: Apache-2.0 */
/* The executable memory of a process, as /proc/PID/maps lists it and the kernel's records change it. */
#ifndef PROFBOUND_MAPPINGS_H
#define PROFBOUND_MAPPINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum mapping_kind {
	/* A file, possibly deleted since, possibly a memfd. */
	MAPPING_FILE,
	/* Memory without a file: code a runtime generated. */
	MAPPING_ANONYMOUS,
	/* The code the kernel maps into every process. */
	MAPPING_VDSO,
};

struct mapping {
	uint64_t start;
	uint64_t end;
	/* Of `start` in the file. */
	uint64_t offset;
	uint64_t device; /* major << 32 | minor */
	uint64_t inode;
	/* As the process sees it, without " (deleted)"; empty for anonymous memory. */
	char *path;
	enum mapping_kind kind;
	bool deleted;
	/* For whoever looks it up to remember what it belongs to; 0 at first. */
	uint32_t object;
};

struct mappings {
	/* Ascending, without overlaps. */
	struct mapping *entries;
	size_t count;
	size_t capacity;
};

/*
 * Parses the text of a maps file, which it changes, and replaces what `mappings` held. Only executable memory is kept;
 * lines of another form, out of order or beyond MAX_MAPPINGS are left out.
 */
void mappings_parse(struct mappings *mappings, char *text);

/* Reads the maps of a process; false, with `mappings` unchanged, when it is gone or may not be looked into. */
bool mappings_read(struct mappings *mappings, pid_t pid);

/*
 * Takes a name as /proc/PID/maps and the kernel's records write it apart: path, kind, deleted. Changes `name`, which the
 * mapping refers to from then on.
 */
void mapping_set_name(struct mapping *mapping, char *name);

/*
 * Maps `mapping`, whose path is copied, over what was there: what it overlaps is cut, what continues it is joined with
 * it. Returns where it is now; NULL when nothing changed or MAX_MAPPINGS are there.
 */
struct mapping *mappings_insert(struct mappings *mappings, const struct mapping *mapping);

/* Replaces what `to` held by a copy of `from`. */
void mappings_copy(struct mappings *to, const struct mappings *from);

/* The mapping that holds `address`, or NULL. */
struct mapping *mappings_find(const struct mappings *mappings, uint64_t address);

void mappings_free(struct mappings *mappings);

#endif
