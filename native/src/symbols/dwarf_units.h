/* SPDX-License-Identifier: Apache-2.0 */
/* Which function of which compilation unit an address belongs to, by DWARF. Only units that are asked for are read. */
#ifndef PROFBOUND_DWARF_UNITS_H
#define PROFBOUND_DWARF_UNITS_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbols/dwarf_strings.h"

struct address_range {
	uint64_t start;
	uint64_t end;
	/* Position of its unit, or of its function in the unit. */
	uint64_t what;
};

struct address_ranges {
	struct address_range *entries;
	size_t count;
	size_t capacity;
};

struct inline_tree;

struct dwarf_function {
	/* Offset of its DIE. */
	uint64_t offset;
	/* What was inlined into it; NULL until it is asked for. */
	struct inline_tree *inlined;
};

struct unit {
	Dwarf_Die die;
	bool loaded;
	struct dwarf_function *functions;
	size_t function_count;
	size_t function_capacity;
	struct address_ranges function_ranges;
};

struct dwarf_units {
	Dwarf *dwarf;
	struct dwarf_strings strings;
	struct unit *units;
	size_t unit_count;
	struct address_ranges unit_ranges;
};

/* Adds the addresses of a DIE as ranges of `what`. */
void address_ranges_add(struct address_ranges *ranges, Dwarf_Die *die, uint64_t what);

/* Reads which addresses the units cover; without DWARF nothing will be found. `elf` must stay open. */
void dwarf_units_open(struct dwarf_units *units, Elf *elf);

/* The unit of an address (as linked), NULL when there is none. */
struct unit *dwarf_units_find(struct dwarf_units *units, uint64_t address);

/* The function of an address in a unit, the innermost of nested ones; NULL when there is none. */
struct dwarf_function *dwarf_unit_function(struct unit *unit, uint64_t address);

void dwarf_units_close(struct dwarf_units *units);

#endif
