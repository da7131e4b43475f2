// SPDX-License-Identifier: Apache-2.0
/* Packed unwind tables: what was put in is found again, and what does not fit leaves nothing behind. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "symbols/elf_image.h"
#include "unwind/store.h"

static struct unwind_rule rule(int offset)
{
	return (struct unwind_rule){ .cfa = UNWIND_CFA_REGISTER, .cfa_register = UNWIND_RSP, .offset = offset };
}

static void add(struct table *table, uint64_t address, int offset)
{
	struct unwind_rule added = rule(offset);

	CHECK(table_add(table, address, &added));
}

static void add_gap(struct table *table, uint64_t address)
{
	static const struct unwind_rule gap = { .cfa = UNWIND_CFA_FRAME_POINTER };

	CHECK(table_add(table, address, &gap));
}

/* Both say the same; no row is a gap. */
static bool agree(const struct table *table, const struct store *store, const struct store_place *place, uint64_t address)
{
	static const struct unwind_rule gap = { .cfa = UNWIND_CFA_FRAME_POINTER };
	const struct unwind_rule *in_table = table_find(table, address), *in_store = store_find(store, place, address);

	return memcmp(in_table ? in_table : &gap, in_store ? in_store : &gap, sizeof(gap)) == 0;
}

static bool agree_everywhere(const struct table *table, const struct store *store, const struct store_place *place)
{
	for (size_t i = 0; i < table->count; i++) {
		uint64_t address = table->rows[i].address;

		if (!agree(table, store, place, address) || !agree(table, store, place, address + 1) ||
		    !agree(table, store, place, address | UNWIND_PAGE_MASK) || !agree(table, store, place, address & ~(uint64_t)UNWIND_PAGE_MASK) ||
		    (i && !agree(table, store, place, address - 1)))
			return false;
	}
	return true;
}

static void finds_what_was_added(void)
{
	struct store *store = store_new_private();
	struct store_place high, low;
	struct table table = { 0 };

	/* One function over three pages, a gap of two pages, one that begins with a page. */
	add_gap(&table, 0x7fff00001010);
	add(&table, 0x7fff00001034, 8);
	add(&table, 0x7fff00001035, 16);
	add_gap(&table, 0x7fff00001c40);
	add(&table, 0x7fff00002800, 8);
	add_gap(&table, 0x7fff00002801);
	CHECK(store_add(store, &table, &high));
	CHECK(agree_everywhere(&table, store, &high));
	CHECK_NUMBER(store_find(store, &high, 0x7fff00001800)->offset, 16);
	CHECK(!store_find(store, &high, 0x7fff00002400));
	CHECK(!store_find(store, &high, 0x7fff00002c00));
	CHECK_NUMBER(store_rules(store), 3);
	CHECK_NUMBER(high.page_limit, 7);
	/* 4 in the first page, 1, 1, 2, none twice, 2 */
	CHECK_NUMBER(store_bytes(store), 3 * sizeof(struct unwind_rule) + 7 * sizeof(struct unwind_page) + 10 * 4);
	table_free(&table);

	add(&table, 0, 16);
	add_gap(&table, 0x10);
	CHECK(store_add(store, &table, &low));
	CHECK(agree_everywhere(&table, store, &low));
	CHECK_NUMBER(store_rules(store), 3);
	CHECK(store_find(store, &low, 0x400) == NULL);
	table_free(&table);
	CHECK(!store_add(store, &table, &low));
	store_free(store);
}

static void finds_all_of_a_library(void)
{
	int fd = open("/lib/x86_64-linux-gnu/libc.so.6", O_RDONLY);
	struct store *store = store_new_private();
	struct elf_image image;
	struct store_place first, place;
	struct table table;

	if (!CHECK(elf_image_open(&image, fd) && table_read(&table, image.elf)))
		return;
	CHECK(table.count > 10000);
	CHECK(store_add(store, &table, &first));
	/* Its rows cross the ends of chunks. */
	for (int copy = 0; copy < 12; copy++) {
		CHECK(store_add(store, &table, &place));
		CHECK(agree_everywhere(&table, store, &place));
	}
	CHECK(agree_everywhere(&table, store, &first));
	table_free(&table);
	elf_image_close(&image);
	store_free(store);
	close(fd);
}

/* Memory for one chunk. */
static struct unwind_row *limited_chunk(void *context, uint32_t number)
{
	static struct unwind_row rows[UNWIND_CHUNK_ROWS];
	bool *is_left = context, was_left = *is_left;

	*is_left = false;
	return was_left ? rows : NULL;
}

static bool is_zero(const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (((const char *)bytes)[i])
			return false;
	}
	return true;
}

static void adds_all_or_nothing(void)
{
	bool has_chunk = true;
	struct store_memory memory = {
		.rules = calloc(UNWIND_RULES, sizeof(struct unwind_rule)),
		.pages = calloc(UNWIND_PAGES, sizeof(struct unwind_page)),
		.new_chunk = limited_chunk,
		.context = &has_chunk,
	};
	struct store *store = store_new(&memory);
	struct table small = { 0 }, rows = { 0 }, rules = { 0 }, pages = { 0 };
	struct store_place place, again;
	size_t bytes;

	add(&small, 0x110, 8);
	add(&small, 0x220, 16);
	CHECK(store_add(store, &small, &place));
	bytes = store_bytes(store);
	for (int i = 0; i < UNWIND_CHUNK_ROWS + 10; i++)
		add(&rows, 2 * i, 1000 + i % 100);
	for (int i = 0; i < UNWIND_RULES; i++)
		add(&rules, 0x100000 + i, 100 + i);
	add(&pages, 0x1000, 8);
	add(&pages, 0x1000 + ((uint64_t)UNWIND_PAGES << UNWIND_PAGE_BITS), 16);
	CHECK(!store_add(store, &rows, &again));
	CHECK(!store_add(store, &rules, &again));
	CHECK(!store_add(store, &pages, &again));
	CHECK_NUMBER(store_bytes(store), bytes);
	/* Its two, and the gap before them. */
	CHECK_NUMBER(store_rules(store), 3);
	CHECK(is_zero(memory.rules + 3, (UNWIND_RULES - 3) * sizeof(*memory.rules)));
	CHECK(is_zero(memory.pages + 1, (UNWIND_PAGES - 1) * sizeof(*memory.pages)));
	CHECK(agree_everywhere(&small, store, &place));
	/* What was taken back is free for others. */
	CHECK(store_add(store, &small, &again));
	CHECK(agree_everywhere(&small, store, &again));
	CHECK_NUMBER(store_rules(store), 3);
	table_free(&small);
	table_free(&rows);
	table_free(&rules);
	table_free(&pages);
	store_free(store);
	free(memory.rules);
	free(memory.pages);
}

int main(void)
{
	finds_what_was_added();
	finds_all_of_a_library();
	adds_all_or_nothing();
	return check_report("store");
}
