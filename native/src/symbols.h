/* SPDX-License-Identifier: Apache-2.0 */
/* Address ranges with names, from whichever source: ELF, kallsyms, perf map. */
#ifndef PROFBOUND_SYMBOLS_H
#define PROFBOUND_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbol {
	uint64_t start;
	/* 0: reaches to the next symbol. */
	uint64_t size;
	/* As the linker or runtime knows it. */
	char *name;
	/* Position in its source: a later entry of a perf map replaces an earlier one. */
	uint32_t order;
	/* Aliases at one address: global before weak before local, functions before labels. */
	uint32_t rank;
};

struct symbols {
	struct symbol *entries;
	size_t count;
	size_t capacity;
};

/* Adds a copy of `name`, cut to MAX_NAME_BYTES; false when there are MAX_SYMBOLS already. */
bool symbols_add(struct symbols *symbols, uint64_t start, uint64_t size, const char *name, uint32_t rank);

/* Sorts for symbols_find() and drops entries hidden by later ones at the same start. */
void symbols_sort(struct symbols *symbols);

/* The symbol that covers `address`, or NULL. */
const struct symbol *symbols_find(const struct symbols *symbols, uint64_t address);

void symbols_free(struct symbols *symbols);

#endif
