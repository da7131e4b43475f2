/* SPDX-License-Identifier: Apache-2.0 */
/* The unwind table of one ELF file: for every address of its code, where the caller's frame is. */
#ifndef PROFBOUND_TABLE_H
#define PROFBOUND_TABLE_H

#include <libelf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unwind.h"

struct table_row {
	/* As linked; the rule holds up to the next row's. */
	uint64_t address;
	struct unwind_rule rule;
};

struct table {
	/*
	 * Ascending, no two of one address, no two neighbours of one rule. The first is where the file's code begins; gaps
	 * between functions, and what is behind the last, are rows of UNWIND_CFA_FRAME_POINTER.
	 */
	struct table_row *rows;
	size_t count;
	size_t capacity;
	/* Descriptions that are not well-formed, and were left out. */
	size_t malformed;
};

/*
 * Reads .eh_frame, or what else the file has (.debug_frame; for Go, the stack depths of its pclntab). The file is not
 * trusted. False when it has none of them; `table` is then empty.
 */
bool table_read(struct table *table, Elf *elf);

/*
 * Adds a row behind the last. One for the last row's address takes its place, one of its rule is left out. False when the
 * table would grow beyond MAX_TABLE_ROWS.
 */
bool table_add(struct table *table, uint64_t address, const struct unwind_rule *rule);

/* Puts into the gaps of `table`, and behind its last row, what `other` has there. */
void table_fill(struct table *table, const struct table *other);

/* The rule for a linked address; NULL where the table says nothing of it. */
const struct unwind_rule *table_find(const struct table *table, uint64_t address);

void table_free(struct table *table);

#endif
