// SPDX-License-Identifier: Apache-2.0
#include "symbols.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "limits.h"

bool symbols_add(struct symbols *symbols, uint64_t start, uint64_t size, const char *name, uint32_t rank)
{
	struct symbol *symbol;

	if (symbols->count >= MAX_SYMBOLS)
		return false;
	if (symbols->count == symbols->capacity) {
		symbols->capacity = symbols->capacity ? symbols->capacity * 2 : 1024;
		symbols->entries = must_resize(symbols->entries, symbols->capacity, sizeof(*symbols->entries));
	}
	symbol = &symbols->entries[symbols->count];
	*symbol = (struct symbol){ .start = start, .size = size, .order = symbols->count, .rank = rank };
	symbol->name = strndup(name, MAX_NAME_BYTES);
	if (!symbol->name)
		fail(EXIT_CANNOT_MEASURE, "out of memory");
	symbols->count++;
	return true;
}

/* By start; of those at one start the best comes first: lower rank, then the later entry. */
static int compare(const void *left, const void *right)
{
	const struct symbol *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->order > b->order ? -1 : 1;
}

void symbols_sort(struct symbols *symbols)
{
	size_t kept = 0;

	if (symbols->count == 0)
		return;
	qsort(symbols->entries, symbols->count, sizeof(*symbols->entries), compare);
	for (size_t i = 1; i < symbols->count; i++) {
		if (symbols->entries[i].start == symbols->entries[kept].start)
			free(symbols->entries[i].name);
		else
			symbols->entries[++kept] = symbols->entries[i];
	}
	symbols->count = kept + 1;
}

const struct symbol *symbols_find(const struct symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols->count;
	/* Older code whose start was not overwritten may reach over newer code: look a few entries back for the newest. */
	const struct symbol *best = NULL;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->entries[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t back = 0; back < 8 && low > back; back++) {
		const struct symbol *symbol = &symbols->entries[low - 1 - back];
		bool covers = symbol->size ? address - symbol->start < symbol->size : back == 0;

		if (covers && (!best || symbol->order > best->order))
			best = symbol;
		/* Only runtimes write overlapping code; everything else is found at once. */
		if (covers && symbol->rank > 0)
			break;
	}
	return best;
}

void symbols_free(struct symbols *symbols)
{
	for (size_t i = 0; i < symbols->count; i++)
		free(symbols->entries[i].name);
	free(symbols->entries);
	memset(symbols, 0, sizeof(*symbols));
}
