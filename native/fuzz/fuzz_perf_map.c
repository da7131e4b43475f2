// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "symbols/perf_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct symbols symbols = { 0 };
	struct perf_map_name name;
	char *text = malloc(size + 1);

	memcpy(text, bytes, size);
	text[size] = '\0';
	perf_map_parse(&symbols, text, size);
	symbols_sort(&symbols);
	for (size_t i = 0; i < symbols.count; i++) {
		symbols_find(&symbols, symbols.entries[i].start);
		perf_map_name_parse(symbols.entries[i].name, &name);
	}
	symbols_free(&symbols);
	free(text);
	return 0;
}
