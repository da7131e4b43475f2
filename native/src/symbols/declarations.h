/* SPDX-License-Identifier: Apache-2.0 */
/* Where functions are defined, by their DWARF. Only the units of functions that are asked for are read. */
#ifndef PROFBOUND_DECLARATIONS_H
#define PROFBOUND_DECLARATIONS_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address_range {
	uint64_t start;
	uint64_t end;
	/* Position of its unit, or offset of its function's DIE. */
	uint64_t what;
};

struct address_ranges {
	struct address_range *entries;
	size_t count;
	size_t capacity;
};

struct unit {
	Dwarf_Die die;
	bool loaded;
	struct address_ranges functions;
};

struct declarations {
	Dwarf *dwarf;
	struct unit *units;
	size_t unit_count;
	struct address_ranges unit_ranges;
};

/* Reads which addresses the units cover; without DWARF nothing will be found. `elf` must stay open. */
void declarations_open(struct declarations *declarations, Elf *elf);

/*
 * Where the function at `address` (as linked) is defined: `file`, absolute where the compiler said enough, and `line`.
 * False when it is not known.
 */
bool declarations_find(struct declarations *declarations, uint64_t address, char *file, size_t size, uint32_t *line);

void declarations_close(struct declarations *declarations);

#endif
