/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_DWARF_LINES_H
#define PROFBOUND_DWARF_LINES_H

#include "symbols/dwarf_units.h"
#include "symbols/source_lines.h"

/*
 * What runs at `address` (as linked), in the function that begins at `start`: where that function is defined is asked for
 * at its start, so that all its addresses say the same. False when nothing is known.
 */
bool dwarf_lines_find(struct dwarf_units *units, uint64_t start, uint64_t address, struct source_lines *lines);

/* Calls `visit` with every address from `start` up to `end` at which another row of the line table begins, in order. */
void dwarf_lines_rows(struct dwarf_units *units, uint64_t start, uint64_t end, void (*visit)(void *argument, uint64_t address),
		      void *argument);

#endif
