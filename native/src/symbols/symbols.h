/* SPDX-License-Identifier: Apache-2.0 */
/* Address ranges with names, from whichever source: ELF, kallsyms, perf map. */
#ifndef PROFBOUND_SYMBOLS_H
#define PROFBOUND_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbols/naming_account.h"

/* Which of the names of one address is meant: the smallest rank. */
enum symbol_rank {
	/* Written by a runtime while it generates code: where entries overlap, the later one is what is there now. */
	SYMBOL_RUNTIME,
	SYMBOL_GLOBAL,
	SYMBOL_WEAK,
	SYMBOL_LOCAL,
	/* Not marked as a function: counts only where no function covers the address, up to the next symbol. */
	SYMBOL_LABEL,
};

struct symbol {
	uint64_t start;
	/* 0: reaches to the next symbol. */
	uint64_t size;
	/* As the linker or runtime knows it. */
	char *name;
	/* Largest end of this and all symbols before it; filled in by symbols_sort(). */
	uint64_t reach;
	/* Of what a runtime wrote: CLOCK_MONOTONIC nanoseconds from which on it is there; 0: from the beginning, or not known. */
	uint64_t since;
	/* Position in its source. */
	uint32_t order;
	enum symbol_rank rank;
};

struct symbols {
	struct symbol *entries;
	size_t count;
	size_t capacity;
	/* That were ever added: of the names, with what ends them. */
	size_t name_bytes;
	/* There was no room for more. */
	bool is_full;
	/* The capture's; NULL: nothing is counted. */
	struct naming_account *account;
};

/* Takes room in the account for what belongs to a runtime's symbols; false, and full from then on, when there is none. */
bool symbols_reserve(struct symbols *symbols, size_t bytes);

/*
 * Adds a copy of `name`, cut to MAX_NAME_BYTES; false when there are MAX_SYMBOLS or MAX_NAMES_BYTES already, or what a runtime
 * wrote has no room in the account.
 */
bool symbols_add(struct symbols *symbols, uint64_t start, uint64_t size, const char *name, enum symbol_rank rank);

/* Sorts for symbols_find() and keeps one of the symbols that start at one address, but all that a runtime wrote. */
void symbols_sort(struct symbols *symbols);

/* The symbol that covers `address`, the innermost where functions nest; NULL when none does. Of a runtime's the last one. */
const struct symbol *symbols_find(const struct symbols *symbols, uint64_t address);

/*
 * The same at a time: of what a runtime wrote for the address, what was there then. Where all of it came later, the first:
 * runtimes may describe code after they ran it.
 */
const struct symbol *symbols_find_at(const struct symbols *symbols, uint64_t address, uint64_t time);

void symbols_free(struct symbols *symbols);

#endif
