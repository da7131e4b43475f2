// SPDX-License-Identifier: Apache-2.0
/* A Go program's own tables: functions, lines, inlined calls, stack depths. */
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/go_lines.h"
#include "unwind/go_table.h"

#define FUNCTIONS 200

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct table table = { 0 };
	struct go_pclntab pclntab;
	struct source_lines lines;
	char *file = malloc(size + 1);
	Elf *elf;

	memcpy(file, bytes, size);
	elf_version(EV_CURRENT);
	elf = elf_memory(file, size);
	if (elf && go_pclntab_open(&pclntab, elf)) {
		for (size_t i = 0; i < pclntab.function_count && i < FUNCTIONS; i++) {
			struct go_function function;

			if (go_pclntab_function(&pclntab, i, &function))
				go_lines_find(&pclntab, function.start + (function.end - function.start) / 2, &lines);
		}
		go_table_read(&table, elf);
	}
	table_free(&table);
	elf_end(elf);
	free(file);
	return 0;
}
