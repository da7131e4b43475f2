// SPDX-License-Identifier: Apache-2.0
#include "symbols/dwarf_lines.h"

#include <dwarf.h>
#include <string.h>

#include "symbols/inline_tree.h"

/* LLVM's, on the DIE of an inlined call: the call's discriminator. */
#define DW_AT_GNU_DISCRIMINATOR 0x2136

static const char *attribute_text(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;

	return dwarf_formstring(dwarf_attr_integrate(die, name, &attribute));
}

static uint32_t attribute_number(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value;

	if (dwarf_formudata(dwarf_attr_integrate(die, name, &attribute), &value) || value > UINT32_MAX)
		return 0;
	return value;
}

static const char *folder_of(Dwarf_Die *unit)
{
	Dwarf_Attribute attribute;

	return dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
}

/* The file a function is defined in, by the list of files of the unit that says so: before DWARF 5 number 0 is none. */
static void read_file(struct source_line *line, Dwarf_Die *die, Dwarf_Die *unit)
{
	Dwarf_Attribute attribute;
	Dwarf_Die owner;
	Dwarf_Files *files;
	Dwarf_Word number;
	size_t count;
	const char *file;

	if (dwarf_formudata(dwarf_attr_integrate(die, DW_AT_decl_file, &attribute), &number) ||
	    !dwarf_cu_die(attribute.cu, &owner, NULL, NULL, NULL, NULL, NULL, NULL) ||
	    dwarf_getsrcfiles(&owner, &files, &count) || number >= count)
		return;
	file = dwarf_filesrc(files, number, NULL, NULL);
	if (!file || strcmp(file, "???") == 0)
		return;
	line->file = file;
	line->folder = folder_of(&owner);
	if (!line->folder)
		line->folder = folder_of(unit);
}

static struct source_line describe(Dwarf_Die *die, Dwarf_Die *unit)
{
	struct source_line line = {
		.name = dwarf_diename(die),
		.linkage_name = attribute_text(die, DW_AT_linkage_name),
		.start_line = attribute_number(die, DW_AT_decl_line),
	};

	if (!line.linkage_name)
		line.linkage_name = attribute_text(die, DW_AT_MIPS_linkage_name);
	if (!line.linkage_name)
		line.linkage_name = line.name;
	read_file(&line, die, unit);
	return line;
}

/* What is executed of a function: a line and its discriminator. */
struct place {
	uint32_t line;
	uint32_t discriminator;
};

/* Adds the inlined calls, innermost first; the place to begin with is the executed one, the value that of the last call. */
static struct place add_inlined(struct dwarf_units *units, struct unit *unit, struct dwarf_function *function,
				uint64_t address, struct place executed, struct source_lines *lines)
{
	uint64_t offsets[MAX_INLINED];
	uint32_t depth;
	Dwarf_Die die;

	if (!function->inlined) {
		if (!dwarf_offdie(units->dwarf, function->offset, &die))
			return executed;
		function->inlined = inline_tree_read(&die);
	}
	depth = inline_tree_find(function->inlined, address, offsets, MAX_INLINED);
	while (depth-- > 0) {
		struct source_line *line;

		if (!dwarf_offdie(units->dwarf, offsets[depth], &die))
			continue;
		line = &lines->entries[lines->count++];
		*line = describe(&die, &unit->die);
		line->line = executed.line;
		line->discriminator = executed.discriminator;
		executed.line = attribute_number(&die, DW_AT_call_line);
		executed.discriminator = attribute_number(&die, DW_AT_GNU_DISCRIMINATOR);
	}
	return executed;
}

static struct place place_at(struct unit *unit, uint64_t address, const char **file)
{
	Dwarf_Line *line = dwarf_getsrc_die(&unit->die, address);
	struct place place = { 0 };
	int number;

	if (!line || dwarf_lineno(line, &number))
		return place;
	*file = dwarf_linesrc(line, NULL, NULL);
	place.line = number;
	dwarf_linediscriminator(line, &place.discriminator);
	return place;
}

/* The function that has the code; assembly that is not described as a function has at least a file. */
static struct source_line describe_start(struct dwarf_units *units, uint64_t start)
{
	struct unit *unit = dwarf_units_find(units, start);
	struct dwarf_function *function = unit ? dwarf_unit_function(unit, start) : NULL;
	struct source_line line = { 0 };
	Dwarf_Die die;

	if (function && dwarf_offdie(units->dwarf, function->offset, &die))
		return describe(&die, &unit->die);
	if (unit) {
		place_at(unit, start, &line.file);
		line.folder = folder_of(&unit->die);
	}
	return line;
}

bool dwarf_lines_find(struct dwarf_units *units, uint64_t start, uint64_t address, struct source_lines *lines)
{
	struct unit *unit = dwarf_units_find(units, address);
	struct dwarf_function *function;
	struct source_line *outermost;
	struct place executed;
	const char *file;

	lines->count = 0;
	if (!unit)
		return false;
	executed = place_at(unit, address, &file);
	function = dwarf_unit_function(unit, address);
	if (function)
		executed = add_inlined(units, unit, function, address, executed, lines);
	outermost = &lines->entries[lines->count++];
	*outermost = describe_start(units, start);
	outermost->line = executed.line;
	outermost->discriminator = executed.discriminator;
	return true;
}

/* Index of the first row that is not before `address`. */
static size_t first_row(Dwarf_Lines *rows, size_t count, uint64_t address)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		Dwarf_Addr at;

		if (dwarf_lineaddr(dwarf_onesrcline(rows, middle), &at) == 0 && at < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void dwarf_lines_rows(struct dwarf_units *units, uint64_t start, uint64_t end, void (*visit)(void *, uint64_t),
		      void *argument)
{
	struct unit *unit = dwarf_units_find(units, start);
	Dwarf_Lines *rows;
	Dwarf_Addr at;
	size_t count;

	if (!unit || dwarf_getsrclines(&unit->die, &rows, &count))
		return;
	for (size_t i = first_row(rows, count, start); i < count; i++) {
		Dwarf_Line *row = dwarf_onesrcline(rows, i);
		bool is_end;

		if (dwarf_lineaddr(row, &at) || at >= end)
			return;
		if (dwarf_lineendsequence(row, &is_end) == 0 && !is_end)
			visit(argument, at);
	}
}
