// SPDX-License-Identifier: Apache-2.0
#include "symbols/dwarf_lines.h"

#include <dwarf.h>
#include <string.h>

#include "symbols/inline_tree.h"

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

/* Adds the inlined calls, innermost first; the line to begin with is the executed one, the value that of the last call. */
static uint32_t add_inlined(struct dwarf_units *units, struct unit *unit, struct dwarf_function *function,
			    uint64_t address, uint32_t executed, struct source_lines *lines)
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
		line->line = executed;
		executed = attribute_number(&die, DW_AT_call_line);
	}
	return executed;
}

static uint32_t line_at(struct unit *unit, uint64_t address, const char **file)
{
	Dwarf_Line *line = dwarf_getsrc_die(&unit->die, address);
	int number;

	if (!line || dwarf_lineno(line, &number))
		return 0;
	*file = dwarf_linesrc(line, NULL, NULL);
	return number;
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
		line_at(unit, start, &line.file);
		line.folder = folder_of(&unit->die);
	}
	return line;
}

bool dwarf_lines_find(struct dwarf_units *units, uint64_t start, uint64_t address, struct source_lines *lines)
{
	struct unit *unit = dwarf_units_find(units, address);
	struct dwarf_function *function;
	const char *file;
	uint32_t executed;

	lines->count = 0;
	if (!unit)
		return false;
	executed = line_at(unit, address, &file);
	function = dwarf_unit_function(unit, address);
	if (function)
		executed = add_inlined(units, unit, function, address, executed, lines);
	lines->entries[lines->count] = describe_start(units, start);
	lines->entries[lines->count++].line = executed;
	return true;
}
