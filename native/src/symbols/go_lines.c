// SPDX-License-Identifier: Apache-2.0
#include "symbols/go_lines.h"

/* Follows inlined calls at `address` outwards into `lines`; the address whose file and line are the function's own. */
static uint64_t follow(const struct go_pclntab *pclntab, const struct go_function *function, uint64_t address,
		       struct source_lines *lines)
{
	lines->count = 0;
	while (lines->count < MAX_INLINED) {
		int32_t number = go_value_at(pclntab, function, function->inline_numbers, address);
		int32_t line = go_value_at(pclntab, function, function->lines, address);
		struct go_inlined call;

		if (!go_inlined_call(pclntab, function, number, &call))
			break;
		lines->entries[lines->count++] = (struct source_line){
			.name = call.name,
			.linkage_name = call.name,
			.file = go_file_at(pclntab, function, address),
			.start_line = call.start_line,
			.line = line > 0 ? line : 0,
		};
		address = call.call;
	}
	return address;
}

bool go_lines_find(const struct go_pclntab *pclntab, uint64_t address, struct source_lines *lines)
{
	struct go_function function;
	uint64_t declared;
	const char *file;
	int32_t line;

	if (!pclntab->layout || !go_pclntab_find(pclntab, address, &function))
		return false;
	/* The file is asked for where the function begins, so that all its addresses say the same. */
	declared = follow(pclntab, &function, function.start, lines);
	file = go_file_at(pclntab, &function, declared);
	address = follow(pclntab, &function, address, lines);
	line = go_value_at(pclntab, &function, function.lines, address);
	lines->entries[lines->count++] = (struct source_line){
		.name = function.name,
		.linkage_name = function.name,
		.file = file,
		.start_line = function.start_line,
		.line = line > 0 ? line : 0,
	};
	return true;
}
