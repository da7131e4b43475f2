// SPDX-License-Identifier: Apache-2.0
#include "symbols/declarations.h"

#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fail.h"
#include "support/bounds.h"
#include "support/paths.h"

static void add_range(struct address_ranges *ranges, uint64_t start, uint64_t end, uint64_t what)
{
	if (start >= end || ranges->count >= MAX_UNIT_FUNCTIONS)
		return;
	if (ranges->count == ranges->capacity) {
		ranges->capacity = ranges->capacity ? ranges->capacity * 2 : 64;
		ranges->entries = must_resize(ranges->entries, ranges->capacity, sizeof(*ranges->entries));
	}
	ranges->entries[ranges->count++] = (struct address_range){ .start = start, .end = end, .what = what };
}

static void add_ranges_of(struct address_ranges *ranges, Dwarf_Die *die, uint64_t what)
{
	Dwarf_Addr base, start, end;

	for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &start, &end)) > 0;) {
		if (ranges->count >= MAX_UNIT_FUNCTIONS)
			return;
		add_range(ranges, start, end, what);
	}
}

/* By start; of two that start together the larger, which holds the other, comes first. */
static int compare(const void *left, const void *right)
{
	const struct address_range *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->end != b->end)
		return a->end > b->end ? -1 : 1;
	return a->what < b->what ? -1 : a->what > b->what;
}

static void sort(struct address_ranges *ranges)
{
	if (ranges->count)
		qsort(ranges->entries, ranges->count, sizeof(*ranges->entries), compare);
}

/* The innermost range around `address`. */
static const struct address_range *find(const struct address_ranges *ranges, uint64_t address)
{
	size_t low = 0, high = ranges->count, steps = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges->entries[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	while (low-- > 0 && steps++ < MAX_OVERLAPS) {
		if (address < ranges->entries[low].end)
			return &ranges->entries[low];
	}
	return NULL;
}

void declarations_open(struct declarations *declarations, Elf *elf)
{
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;
	size_t capacity = 0;

	memset(declarations, 0, sizeof(*declarations));
	declarations->dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	if (!declarations->dwarf)
		return;
	while (declarations->unit_count < MAX_UNITS &&
	       dwarf_get_units(declarations->dwarf, unit, &unit, NULL, NULL, &die, NULL) == 0) {
		if (dwarf_tag(&die) != DW_TAG_compile_unit)
			continue;
		if (declarations->unit_count == capacity) {
			capacity = capacity ? capacity * 2 : 64;
			declarations->units = must_resize(declarations->units, capacity, sizeof(*declarations->units));
		}
		add_ranges_of(&declarations->unit_ranges, &die, declarations->unit_count);
		declarations->units[declarations->unit_count++] = (struct unit){ .die = die };
	}
	sort(&declarations->unit_ranges);
}

static int add_function(Dwarf_Die *die, void *argument)
{
	struct address_ranges *functions = argument;

	add_ranges_of(functions, die, dwarf_dieoffset(die));
	return functions->count < MAX_UNIT_FUNCTIONS ? DWARF_CB_OK : DWARF_CB_ABORT;
}

static void load(struct unit *unit)
{
	if (unit->loaded)
		return;
	dwarf_getfuncs(&unit->die, add_function, &unit->functions, 0);
	sort(&unit->functions);
	unit->loaded = true;
}

bool declarations_find(struct declarations *declarations, uint64_t address, char *file, size_t size, uint32_t *line)
{
	const struct address_range *range = find(&declarations->unit_ranges, address);
	Dwarf_Die die, unit_die;
	Dwarf_Attribute attribute;
	const char *name, *folder;
	struct unit *unit;
	int declared;

	if (!range)
		return false;
	unit = &declarations->units[range->what];
	load(unit);
	range = find(&unit->functions, address);
	if (!range || !dwarf_offdie(declarations->dwarf, range->what, &die))
		return false;
	name = dwarf_decl_file(&die);
	if (!name || dwarf_decl_line(&die, &declared))
		return false;
	folder = dwarf_formstring(dwarf_attr(dwarf_diecu(&die, &unit_die, NULL, NULL), DW_AT_comp_dir, &attribute));
	path_join(file, size, folder ? folder : "", name);
	*line = declared;
	return true;
}

void declarations_close(struct declarations *declarations)
{
	for (size_t i = 0; i < declarations->unit_count; i++)
		free(declarations->units[i].functions.entries);
	free(declarations->units);
	free(declarations->unit_ranges.entries);
	dwarf_end(declarations->dwarf);
	memset(declarations, 0, sizeof(*declarations));
}
