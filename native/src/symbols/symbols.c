// SPDX-License-Identifier: Apache-2.0
#include "symbols/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "support/fail.h"
#include "support/bounds.h"

static bool refuse(struct symbols *symbols)
{
	naming_lose(symbols->account, LOSS_SYMBOLS, !symbols->is_full);
	symbols->is_full = true;
	return false;
}

bool symbols_reserve(struct symbols *symbols, size_t bytes)
{
	return naming_reserve(symbols->account, bytes) || refuse(symbols);
}

bool symbols_add(struct symbols *symbols, uint64_t start, uint64_t size, const char *name, enum symbol_rank rank)
{
	size_t length = strnlen(name, MAX_NAME_BYTES);
	struct symbol *symbol;

	if (symbols->count >= MAX_SYMBOLS || length >= MAX_NAMES_BYTES - symbols->name_bytes)
		return refuse(symbols);
	if (rank == SYMBOL_RUNTIME && !symbols_reserve(symbols, GENERATED_SYMBOL_BYTES + length))
		return false;
	if (symbols->count == symbols->capacity) {
		symbols->capacity = symbols->capacity ? symbols->capacity * 2 : 1024;
		symbols->entries = must_resize(symbols->entries, symbols->capacity, sizeof(*symbols->entries));
	}
	symbol = &symbols->entries[symbols->count];
	*symbol = (struct symbol){ .start = start, .size = size, .order = symbols->count, .rank = rank };
	symbol->name = strndup(name, length);
	if (!symbol->name)
		fail(EXIT_CANNOT_MEASURE, "out of memory");
	symbols->name_bytes += length + 1;
	symbols->count++;
	return true;
}

static uint64_t end_of(const struct symbol *symbol)
{
	return symbol->size && symbol->size < UINT64_MAX - symbol->start ? symbol->start + symbol->size : UINT64_MAX;
}

/*
 * Of two aliases the one a reader knows: malloc, not __libc_malloc. By the names alone, because the order of a symbol
 * table changes from build to build and the name must not.
 */
static int compare_names(const char *left, const char *right)
{
	size_t left_underscores = strspn(left, "_"), right_underscores = strspn(right, "_");
	size_t left_length = strlen(left), right_length = strlen(right);

	if (left_underscores != right_underscores)
		return left_underscores < right_underscores ? -1 : 1;
	if (left_length != right_length)
		return left_length < right_length ? -1 : 1;
	return strcmp(left, right);
}

/* By start; of those at one start the best comes first. */
static int compare(const void *left, const void *right)
{
	const struct symbol *a = left, *b = right;
	int by_name;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->rank == SYMBOL_RUNTIME)
		return a->order > b->order ? -1 : 1;
	if (!a->size != !b->size)
		return a->size ? -1 : 1;
	by_name = compare_names(a->name, b->name);
	if (by_name != 0)
		return by_name;
	return a->order < b->order ? -1 : 1;
}

void symbols_sort(struct symbols *symbols)
{
	size_t kept = 0;
	uint64_t reach = 0;

	if (symbols->count == 0)
		return;
	qsort(symbols->entries, symbols->count, sizeof(*symbols->entries), compare);
	for (size_t i = 1; i < symbols->count; i++) {
		bool is_replaced = symbols->entries[i].start == symbols->entries[kept].start;

		if (is_replaced && symbols->entries[i].rank != SYMBOL_RUNTIME)
			free(symbols->entries[i].name);
		else
			symbols->entries[++kept] = symbols->entries[i];
	}
	symbols->count = kept + 1;
	for (size_t i = 0; i < symbols->count; i++) {
		if (end_of(&symbols->entries[i]) > reach)
			reach = end_of(&symbols->entries[i]);
		symbols->entries[i].reach = reach;
	}
	/* Those at one start are looked at together. */
	for (size_t i = symbols->count - 1; i-- > 0;) {
		if (symbols->entries[i].start == symbols->entries[i + 1].start)
			symbols->entries[i].reach = symbols->entries[i + 1].reach;
	}
}

/* Which of two pieces of code at one address was there at a time: the later one that had come, or else the earlier one. */
static const struct symbol *present(const struct symbol *one, const struct symbol *other, uint64_t time)
{
	bool is_later;

	if (!one)
		return other;
	is_later = one->since != other->since ? one->since > other->since : one->order > other->order;
	if ((one->since <= time) != (other->since <= time))
		return one->since <= time ? one : other;
	return is_later == (one->since <= time) ? one : other;
}

const struct symbol *symbols_find(const struct symbols *symbols, uint64_t address)
{
	return symbols_find_at(symbols, address, UINT64_MAX);
}

const struct symbol *symbols_find_at(const struct symbols *symbols, uint64_t address, uint64_t time)
{
	size_t low = 0, high = symbols->count, steps = 0;
	const struct symbol *there = NULL, *at_start = NULL, *label = NULL;
	bool past_function = false;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->entries[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	/* Backwards from the nearest start, as long as anything before may reach this far. */
	while (low-- > 0 && symbols->entries[low].reach > address && steps++ < MAX_OVERLAPS) {
		const struct symbol *symbol = &symbols->entries[low];
		bool covers = address < end_of(symbol);

		if (symbol->rank == SYMBOL_RUNTIME) {
			/* What begins where other code began has replaced it, also where it is shorter. */
			at_start = present(at_start, symbol, time);
			if (low > 0 && symbols->entries[low - 1].start == symbol->start)
				continue;
			if (address < end_of(at_start))
				there = present(there, at_start, time);
			at_start = NULL;
		} else if (symbol->rank == SYMBOL_LABEL) {
			if (covers && !label && !past_function)
				label = symbol;
		} else {
			if (covers)
				return symbol;
			past_function = true;
		}
	}
	return there ? there : label;
}

void symbols_free(struct symbols *symbols)
{
	for (size_t i = 0; i < symbols->count; i++)
		free(symbols->entries[i].name);
	free(symbols->entries);
	memset(symbols, 0, sizeof(*symbols));
}
