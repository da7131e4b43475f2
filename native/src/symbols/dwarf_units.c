// SPDX-License-Identifier: Apache-2.0
#include "symbols/dwarf_units.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "support/bounds.h"
#include "support/fail.h"
#include "symbols/inline_tree.h"

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

void address_ranges_add(struct address_ranges *ranges, Dwarf_Die *die, uint64_t what)
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

void dwarf_units_open(struct dwarf_units *units, Elf *elf)
{
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;
	size_t capacity = 0;

	memset(units, 0, sizeof(*units));
	if (dwarf_strings_terminate(&units->strings, elf))
		units->dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	if (!units->dwarf)
		return;
	while (units->unit_count < MAX_UNITS && dwarf_get_units(units->dwarf, unit, &unit, NULL, NULL, &die, NULL) == 0) {
		/* The rest of a skeleton is in a file of its own, but its lines are here. */
		if (dwarf_tag(&die) != DW_TAG_compile_unit && dwarf_tag(&die) != DW_TAG_skeleton_unit)
			continue;
		if (units->unit_count == capacity) {
			capacity = capacity ? capacity * 2 : 64;
			units->units = must_resize(units->units, capacity, sizeof(*units->units));
		}
		address_ranges_add(&units->unit_ranges, &die, units->unit_count);
		units->units[units->unit_count++] = (struct unit){ .die = die };
	}
	sort(&units->unit_ranges);
}

static int add_function(Dwarf_Die *die, void *argument)
{
	struct unit *unit = argument;
	size_t before = unit->function_ranges.count;

	address_ranges_add(&unit->function_ranges, die, unit->function_count);
	if (unit->function_ranges.count == before)
		return DWARF_CB_OK;
	if (unit->function_count == unit->function_capacity) {
		unit->function_capacity = unit->function_capacity ? unit->function_capacity * 2 : 64;
		unit->functions = must_resize(unit->functions, unit->function_capacity, sizeof(*unit->functions));
	}
	unit->functions[unit->function_count++] = (struct dwarf_function){ .offset = dwarf_dieoffset(die) };
	return unit->function_ranges.count < MAX_UNIT_FUNCTIONS ? DWARF_CB_OK : DWARF_CB_ABORT;
}

struct unit *dwarf_units_find(struct dwarf_units *units, uint64_t address)
{
	const struct address_range *range = find(&units->unit_ranges, address);

	return range ? &units->units[range->what] : NULL;
}

struct dwarf_function *dwarf_unit_function(struct unit *unit, uint64_t address)
{
	const struct address_range *range;

	if (!unit->loaded) {
		dwarf_getfuncs(&unit->die, add_function, unit, 0);
		sort(&unit->function_ranges);
		unit->loaded = true;
	}
	range = find(&unit->function_ranges, address);
	return range ? &unit->functions[range->what] : NULL;
}

static void free_unit(struct unit *unit)
{
	for (size_t i = 0; i < unit->function_count; i++)
		inline_tree_free(unit->functions[i].inlined);
	free(unit->functions);
	free(unit->function_ranges.entries);
}

void dwarf_units_close(struct dwarf_units *units)
{
	for (size_t i = 0; i < units->unit_count; i++)
		free_unit(&units->units[i]);
	free(units->units);
	free(units->unit_ranges.entries);
	dwarf_end(units->dwarf);
	dwarf_strings_free(&units->strings);
	memset(units, 0, sizeof(*units));
}
