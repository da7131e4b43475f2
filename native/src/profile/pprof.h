/* SPDX-License-Identifier: Apache-2.0 */
/* Writes profiles in pprof's format (profile.proto). Things get their numbers, from 1, in the order they are added. */
#ifndef PROFBOUND_PPROF_H
#define PROFBOUND_PPROF_H

#include <stdbool.h>
#include <stdio.h>

#include "support/interner.h"
#include "profile/protobuf.h"

struct pprof {
	struct protobuf body;
	struct protobuf part;
	struct protobuf label;
	struct protobuf location;
	struct interner strings;
	struct interner functions;
	uint64_t mappings;
	uint64_t locations;
};

struct pprof_mapping {
	/* Addresses of its locations lie within; all zero when there is nothing to say. */
	uint64_t start;
	uint64_t limit;
	uint64_t offset;
	const char *file;
	/* Lower-case hexadecimal, or empty. */
	const char *build_id;
	bool has_functions;
	bool has_filenames;
	bool has_line_numbers;
	bool has_inline_frames;
};

struct pprof_function {
	const char *name;
	const char *system_name;
	/* Empty when unknown. */
	const char *file;
	/* Of the definition; 0 when unknown. */
	uint64_t start_line;
};

/* A function that runs at a location, and the line in it: what is executed, or the call; 0 when unknown. */
struct pprof_line {
	struct pprof_function function;
	uint64_t line;
};

/* Values of every sample. */
#define PPROF_VALUES 2

struct pprof_value_type {
	const char *type;
	const char *unit;
};

struct pprof_header {
	struct pprof_value_type values[PPROF_VALUES];
	/* Index of the value readers show first; the period is one of it. */
	uint32_t shown;
	uint64_t period;
	uint64_t started_at; /* CLOCK_REALTIME, nanoseconds */
	uint64_t duration;   /* nanoseconds */
};

struct pprof_label {
	const char *key;
	/* NULL: the label is a number. */
	const char *text;
	uint64_t number;
};

struct pprof_sample {
	const uint64_t *locations; /* leaf first */
	uint32_t depth;
	uint64_t values[PPROF_VALUES];
	const struct pprof_label *labels;
	uint32_t label_count;
};

void pprof_begin(struct pprof *pprof, const struct pprof_header *header);

uint64_t pprof_add_mapping(struct pprof *pprof, const struct pprof_mapping *mapping);

/*
 * Adds a location: the function that has its code, and `inlined`, those that were inlined there, innermost first. Equal
 * functions are written once. `mapping` may be 0.
 */
uint64_t pprof_add_location(struct pprof *pprof, uint64_t mapping, uint64_t address, const struct pprof_line *line,
			    const struct pprof_line *inlined, uint32_t inlined_count);

void pprof_add_sample(struct pprof *pprof, const struct pprof_sample *sample);

/* Ends the message and writes it gzipped, the same bytes for the same profile; false with errno set. */
bool pprof_write(struct pprof *pprof, FILE *file);

void pprof_free(struct pprof *pprof);

#endif
