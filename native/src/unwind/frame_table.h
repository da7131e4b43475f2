/* SPDX-License-Identifier: Apache-2.0 */
/* The unwind table that call frame information describes. */
#ifndef PROFBOUND_FRAME_TABLE_H
#define PROFBOUND_FRAME_TABLE_H

#include "unwind/table.h"

/* Linked addresses of code. */
struct code_range {
	uint64_t start;
	uint64_t end;
};

/* Whether all of it, from `start` up to `end`, is in one of the ranges. */
bool is_code(uint64_t start, uint64_t end, const struct code_range *code, size_t code_count);

/*
 * Adds the rows that .eh_frame, or .debug_frame, has for functions within `code`. Of overlapping functions the one that
 * begins later holds from there on. False when there is no such section; `table` is then as it was.
 */
bool frame_table_read(struct table *table, Elf *elf, bool is_debug, const struct code_range *code, size_t code_count);

#endif
