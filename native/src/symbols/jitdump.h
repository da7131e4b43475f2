/* SPDX-License-Identifier: Apache-2.0 */
/* Code that a runtime generated, as it describes it in a jitdump file (perf's jitdump-specification.txt). */
#ifndef PROFBOUND_JITDUMP_H
#define PROFBOUND_JITDUMP_H

#include "support/interner.h"
#include "symbols/source_lines.h"
#include "symbols/symbols.h"

/* One piece of code, from when it was loaded or moved to an address. */
struct jitdump_code {
	/* CLOCK_MONOTONIC nanoseconds; 0 when the runtime used another clock. */
	uint64_t loaded_at;
	/* Where its first instruction comes from; empty and 0 when the runtime did not say. */
	const char *file;
	uint32_t line;
	/* Where in the file it is said what is inlined into it; 0: nowhere. */
	uint64_t inlines_at;
};

struct jitdump {
	/* The file, not owned. */
	int fd;
	/* By their symbols' `order`. */
	struct jitdump_code *codes;
	size_t count;
	struct interner files;
	/* What was read last of inlined code, and from where. */
	char *inlines;
	uint64_t inlines_at;
	uint32_t inlines_bytes;
};

/* Whether a mapped file is one: the runtime maps it executable, so that profilers see where it is. By its name alone. */
bool jitdump_is_path(const char *path);

/*
 * Reads a jitdump file of this machine's byte order, which its writer may still append to. Adds its code to `symbols`,
 * which are empty, later code after earlier; the caller sorts them. False when it is no such file; what is damaged is
 * counted, and ends the reading where no record can follow.
 */
bool jitdump_read(struct jitdump *jitdump, struct symbols *symbols, int fd);

/* What is known of a symbol's code; NULL when the symbol comes from elsewhere. */
const struct jitdump_code *jitdump_find(const struct jitdump *jitdump, const struct symbol *symbol);

/*
 * All functions that run at an address of code that begins at `start`; false when that is not known. Texts are valid
 * until the next call.
 */
bool jitdump_lines(struct jitdump *jitdump, const struct jitdump_code *code, uint64_t start, uint64_t address,
		   struct source_lines *lines);

void jitdump_free(struct jitdump *jitdump);

#endif
