// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "memory_file.h"

#include <string.h>

#include "symbols/jitdump.h"
#include "symbols/perf_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct symbols symbols = { 0 };
	struct perf_map_name name;
	struct source_lines lines;
	struct jitdump jitdump;

	jitdump_read(&jitdump, &symbols, memory_file(bytes, size));
	symbols_sort(&symbols);
	for (size_t i = 0; i < symbols.count; i++) {
		const struct symbol *found = symbols_find(&symbols, symbols.entries[i].start);

		if (found && !jitdump_find(&jitdump, found)->file)
			abort();
		if (found && jitdump_lines(&jitdump, jitdump_find(&jitdump, found), found->start, found->start + size % 64, &lines))
			for (uint32_t line = 0; line < lines.count; line++)
				if (strlen(lines.entries[line].name) == 0 || !lines.entries[line].file)
					abort();
		perf_map_name_parse(symbols.entries[i].name, &name);
	}
	jitdump_free(&jitdump);
	symbols_free(&symbols);
	return 0;
}
