// SPDX-License-Identifier: Apache-2.0
#include "unwind/store.h"

#include <stdlib.h>
#include <string.h>

#include "support/fail.h"

/* Twice the rules there may be, so that chains stay short. */
#define SLOTS (2 * UNWIND_RULES)

struct store {
	struct store_memory memory;
	bool is_private;
	struct unwind_row *chunks[UNWIND_CHUNKS];
	uint32_t chunk_count;
	/* Used of each; rows also count those left free at the end of a chunk. */
	uint32_t rules;
	uint32_t pages;
	uint32_t rows;
	/* Rules by their hash, open addressing; 1 + index, 0: free. */
	uint32_t slots[SLOTS];
};

struct store *store_new(const struct store_memory *memory)
{
	struct store *store = must_allocate(1, sizeof(*store));

	store->memory = *memory;
	return store;
}

static struct unwind_row *new_private_chunk(void *context, uint32_t number)
{
	return must_allocate(UNWIND_CHUNK_ROWS, sizeof(struct unwind_row));
}

struct store *store_new_private(void)
{
	struct store_memory memory = {
		.rules = must_allocate(UNWIND_RULES, sizeof(*memory.rules)),
		.pages = must_allocate(UNWIND_PAGES, sizeof(*memory.pages)),
		.new_chunk = new_private_chunk,
	};
	struct store *store = store_new(&memory);

	store->is_private = true;
	return store;
}

/* Multiply and xor-shift, which spreads all bits of a rule over the slots. */
static uint32_t hash(const struct unwind_rule *rule)
{
	uint64_t words[2], mixed;

	memcpy(words, rule, sizeof(words));
	mixed = (words[0] ^ words[1] * 0x9e3779b97f4a7c15ULL) * 0xd6e8feb86659fd93ULL;
	mixed ^= mixed >> 32;
	return mixed % SLOTS;
}

/* The slot of a rule, or the free one it would have. */
static uint32_t *find_slot(struct store *store, const struct unwind_rule *rule)
{
	uint32_t slot = hash(rule);

	while (store->slots[slot] && memcmp(&store->memory.rules[store->slots[slot] - 1], rule, sizeof(*rule)) != 0)
		slot = (slot + 1) % SLOTS;
	return &store->slots[slot];
}

static bool add_rule(struct store *store, const struct unwind_rule *rule, uint16_t *index)
{
	uint32_t *slot = find_slot(store, rule);

	if (!*slot) {
		if (store->rules == UNWIND_RULES)
			return false;
		store->memory.rules[store->rules++] = *rule;
		*slot = store->rules;
	}
	*index = *slot - 1;
	return true;
}

/* Newest first: a slot that was filled later never leads to one that was filled before. */
static void remove_rules(struct store *store, uint32_t count)
{
	while (store->rules > count) {
		struct unwind_rule *rule = &store->memory.rules[store->rules - 1];

		*find_slot(store, rule) = 0;
		memset(rule, 0, sizeof(*rule));
		store->rules--;
	}
}

static uint64_t page_of(uint64_t address)
{
	return address >> UNWIND_PAGE_BITS;
}

static bool is_gap(const struct unwind_rule *rule)
{
	return rule->cfa == UNWIND_CFA_FRAME_POINTER;
}

/* Makes room for `count` rows in one chunk. */
static struct unwind_row *new_rows(struct store *store, uint32_t count, uint32_t *first)
{
	uint32_t left = UNWIND_CHUNK_ROWS - store->rows % UNWIND_CHUNK_ROWS, start = store->rows;
	uint32_t chunk;

	if (left < count)
		start += left;
	chunk = start / UNWIND_CHUNK_ROWS;
	if (chunk == UNWIND_CHUNKS)
		return NULL;
	if (chunk == store->chunk_count) {
		store->chunks[chunk] = store->memory.new_chunk(store->memory.context, chunk);
		if (!store->chunks[chunk])
			return NULL;
		store->chunk_count++;
	}
	store->rows = start + count;
	*first = start;
	return store->chunks[chunk] + start % UNWIND_CHUNK_ROWS;
}

/* A page's rows: `before` holds where it begins, then the table's from `row` up to `end`. */
static bool add_page(struct store *store, const struct table *table, size_t row, size_t end, const struct unwind_rule *before)
{
	bool has_first = row < end && (table->rows[row].address & UNWIND_PAGE_MASK) == 0;
	struct unwind_page *page = &store->memory.pages[store->pages];
	uint32_t count = end - row + !has_first;
	struct unwind_row *rows;

	if (row < end || !is_gap(before)) {
		rows = new_rows(store, count, &page->first);
		if (!rows)
			return false;
		page->count = count;
		if (!has_first) {
			rows->address = 0;
			if (!add_rule(store, before, &rows++->rule))
				return false;
		}
		for (; row < end; row++, rows++) {
			rows->address = table->rows[row].address & UNWIND_PAGE_MASK;
			if (!add_rule(store, &table->rows[row].rule, &rows->rule))
				return false;
		}
	}
	store->pages++;
	return true;
}

static bool add_pages(struct store *store, const struct table *table)
{
	static const struct unwind_rule gap = { .cfa = UNWIND_CFA_FRAME_POINTER };
	uint64_t page = page_of(table->rows[0].address);
	const struct unwind_rule *before = &gap;
	size_t row = 0;

	for (; row < table->count; page++) {
		size_t end = row;

		while (end < table->count && page_of(table->rows[end].address) == page)
			end++;
		if (!add_page(store, table, row, end, before))
			return false;
		if (end > row)
			before = &table->rows[end - 1].rule;
		row = end;
	}
	return true;
}

bool store_add(struct store *store, const struct table *table, struct store_place *place)
{
	uint32_t rules = store->rules, pages = store->pages, rows = store->rows;
	uint64_t first, last;

	if (!table->count)
		return false;
	first = page_of(table->rows[0].address);
	last = page_of(table->rows[table->count - 1].address);
	if (last - first >= UNWIND_PAGES - pages)
		return false;
	if (!add_pages(store, table)) {
		remove_rules(store, rules);
		memset(store->memory.pages + pages, 0, (last - first + 1) * sizeof(*store->memory.pages));
		store->pages = pages;
		store->rows = rows;
		return false;
	}
	place->first_page = pages - (uint32_t)first;
	place->page_limit = store->pages;
	return true;
}

const struct unwind_rule *store_find(const struct store *store, const struct store_place *place, uint64_t address)
{
	uint32_t number = place->first_page + (uint32_t)page_of(address), low = 0, high;
	const struct unwind_page *page;
	const struct unwind_row *rows;

	if (number >= place->page_limit || !store->memory.pages[number].count)
		return NULL;
	page = &store->memory.pages[number];
	rows = store->chunks[page->first / UNWIND_CHUNK_ROWS] + page->first % UNWIND_CHUNK_ROWS;
	/* The last row that does not begin behind the address; the first always does not. */
	high = page->count;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (rows[middle].address <= (address & UNWIND_PAGE_MASK))
			low = middle;
		else
			high = middle;
	}
	return &store->memory.rules[rows[low].rule];
}

size_t store_bytes(const struct store *store)
{
	return store->rules * sizeof(struct unwind_rule) + store->pages * sizeof(struct unwind_page) +
	       store->rows * sizeof(struct unwind_row);
}

size_t store_rules(const struct store *store)
{
	return store->rules;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	if (store->is_private) {
		for (uint32_t i = 0; i < store->chunk_count; i++)
			free(store->chunks[i]);
		free(store->memory.rules);
		free(store->memory.pages);
	}
	free(store);
}
