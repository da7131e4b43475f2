// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "processes/mappings.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct mappings mappings = { 0 };
	char *text = malloc(size + 1);

	memcpy(text, bytes, size);
	text[size] = '\0';
	mappings_parse(&mappings, text);
	for (size_t i = 0; i < mappings.count; i++) {
		const struct mapping *mapping = &mappings.entries[i];

		if (mapping->start >= mapping->end || (i && mapping->start < mapping[-1].end))
			abort();
		if (mappings_find(&mappings, mapping->end - 1) != mapping)
			abort();
	}
	mappings_free(&mappings);
	free(text);
	return 0;
}
