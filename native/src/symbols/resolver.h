/* SPDX-License-Identifier: Apache-2.0 */
/* Names locations: from ELF files, the kernel's symbols or perf maps, each read when the first location needs it. */
#ifndef PROFBOUND_RESOLVER_H
#define PROFBOUND_RESOLVER_H

#include "profile/causes.h"
#include "symbols/object_symbols.h"
#include "processes/objects.h"
#include "profile/pprof.h"
#include "processes/processes.h"

/* A named location. */
struct frame {
	/* The function that has the code. */
	struct pprof_line line;
	/* What was inlined there, innermost first. */
	const struct pprof_line *inlined;
	uint32_t inlined_count;
	/* In the file of its mapping, as linked; the process's own for generated code. */
	uint64_t address;
	/* Index into the resolver's mappings, or NO_MAPPING. */
	uint32_t mapping;
	enum unresolved_cause cause;
	/* Threads begin in this function. */
	bool is_root;
	/* What follows the address can be where a call returns to: false for most that only look like a caller. */
	bool can_be_caller;
};

#define NO_MAPPING UINT32_MAX

struct resolver {
	const struct objects *objects;
	struct naming_account *account;
	/* For each object, NULL until it is needed. */
	struct object_symbols **loaded;
	/* For each object its mapping's index, or NO_MAPPING. */
	uint32_t *object_mappings;
	struct pprof_mapping *mappings;
	uint32_t mapping_count;
	uint32_t generated_mapping;
	uint32_t anonymous_mapping;
	/* Keeps the texts that frames and mappings refer to. */
	struct interner texts;
	/* Keeps the lines of what was inlined. */
	struct interner inlined;
};

/* What cannot be read or kept is counted in `account`. */
void resolver_initialise(struct resolver *resolver, const struct objects *objects, struct naming_account *account);

void resolver_resolve(struct resolver *resolver, const struct location *location, struct frame *frame);

/* Frees the symbols; what was resolved stays valid until resolver_free(). */
void resolver_unload(struct resolver *resolver);

void resolver_free(struct resolver *resolver);

#endif
