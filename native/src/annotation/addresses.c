// SPDX-License-Identifier: Apache-2.0
#include "annotation/addresses.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/bounds.h"
#include "support/fail.h"

void addresses_add(void *argument, uint64_t address)
{
	struct addresses *addresses = argument;

	if (addresses->count == MAX_ANNOTATED_ADDRESSES)
		return;
	if (addresses->count == addresses->capacity) {
		addresses->capacity = addresses->capacity ? addresses->capacity * 2 : 1024;
		addresses->entries = must_resize(addresses->entries, addresses->capacity, sizeof(*addresses->entries));
	}
	addresses->entries[addresses->count++] = address;
}

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

void addresses_sort(struct addresses *addresses)
{
	size_t kept = 0;

	if (addresses->count == 0)
		return;
	qsort(addresses->entries, addresses->count, sizeof(*addresses->entries), compare);
	for (size_t i = 1; i < addresses->count; i++) {
		if (addresses->entries[i] != addresses->entries[kept])
			addresses->entries[++kept] = addresses->entries[i];
	}
	addresses->count = kept + 1;
}

void addresses_read(struct addresses *addresses)
{
	char line[64];

	while (fgets(line, sizeof(line), stdin)) {
		char *end;
		uint64_t address;

		errno = 0;
		address = strtoull(line, &end, 16);
		if (errno || end == line || *end != '\n')
			fail(EXIT_USAGE, "annotate: %.*s is no address", (int)strcspn(line, "\n"), line);
		if (addresses->count == MAX_ANNOTATED_ADDRESSES)
			fail(EXIT_USAGE, "annotate takes %lu addresses at most", MAX_ANNOTATED_ADDRESSES);
		addresses_add(addresses, address);
	}
	addresses_sort(addresses);
}
