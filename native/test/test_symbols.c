// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "support/bounds.h"
#include "symbols/symbols.h"

/* The name of what covers `address`, or "-". */
static const char *at(const struct symbols *symbols, uint64_t address)
{
	const struct symbol *symbol = symbols_find(symbols, address);

	return symbol ? symbol->name : "-";
}

static void finds_by_range(void)
{
	struct symbols symbols = { 0 };

	symbols_sort(&symbols);
	CHECK_TEXT(at(&symbols, 1), "-");
	symbols_add(&symbols, 0x200, 0x10, "second", SYMBOL_GLOBAL);
	symbols_add(&symbols, 0x100, 0x10, "first", SYMBOL_LOCAL);
	symbols_sort(&symbols);
	CHECK_TEXT(at(&symbols, 0xff), "-");
	CHECK_TEXT(at(&symbols, 0x100), "first");
	CHECK_TEXT(at(&symbols, 0x10f), "first");
	CHECK_TEXT(at(&symbols, 0x110), "-");
	CHECK_TEXT(at(&symbols, 0x20f), "second");
	CHECK_TEXT(at(&symbols, UINT64_MAX), "-");
	symbols_free(&symbols);
}

static void reaches_to_the_next_without_a_size(void)
{
	struct symbols symbols = { 0 };

	symbols_add(&symbols, 0x100, 0, "first", SYMBOL_GLOBAL);
	symbols_add(&symbols, 0x200, 0, "second", SYMBOL_GLOBAL);
	symbols_sort(&symbols);
	CHECK_TEXT(at(&symbols, 0x1ff), "first");
	CHECK_TEXT(at(&symbols, 0x200), "second");
	CHECK_TEXT(at(&symbols, UINT64_MAX - 1), "second");
	symbols_free(&symbols);
}

static void prefers_the_known_alias(void)
{
	struct symbols symbols = { 0 };

	symbols_add(&symbols, 0x100, 0x10, "weak", SYMBOL_WEAK);
	symbols_add(&symbols, 0x100, 0x10, "__libc_malloc", SYMBOL_GLOBAL);
	symbols_add(&symbols, 0x100, 0x10, "malloc", SYMBOL_GLOBAL);
	symbols_add(&symbols, 0x100, 0x10, "a", SYMBOL_LOCAL);
	symbols_sort(&symbols);
	CHECK_NUMBER(symbols.count, 1);
	CHECK_TEXT(at(&symbols, 0x100), "malloc");
	symbols_free(&symbols);
}

static void prefers_functions_to_labels(void)
{
	struct symbols symbols = { 0 };

	symbols_add(&symbols, 0x100, 0x40, "function", SYMBOL_LOCAL);
	symbols_add(&symbols, 0x110, 0x1000, "inner_label", SYMBOL_LABEL);
	symbols_add(&symbols, 0x200, 0x1000, "assembly", SYMBOL_LABEL);
	symbols_add(&symbols, 0x300, 0x10, "next", SYMBOL_LOCAL);
	symbols_sort(&symbols);
	CHECK_TEXT(at(&symbols, 0x120), "function");
	CHECK_TEXT(at(&symbols, 0x210), "assembly");
	/* A label ends where a function begins, also behind that function. */
	CHECK_TEXT(at(&symbols, 0x320), "-");
	symbols_free(&symbols);
}

static void takes_the_innermost_of_nested_functions(void)
{
	struct symbols symbols = { 0 };

	symbols_add(&symbols, 0x100, 0x100, "outer", SYMBOL_GLOBAL);
	for (int i = 0; i < 20; i++)
		symbols_add(&symbols, 0x110 + i * 4, 2, "inner", SYMBOL_GLOBAL);
	symbols_sort(&symbols);
	CHECK_TEXT(at(&symbols, 0x111), "inner");
	CHECK_TEXT(at(&symbols, 0x112), "outer");
	CHECK_TEXT(at(&symbols, 0x1f0), "outer");
	symbols_free(&symbols);
}

static void takes_the_newest_of_generated_code(void)
{
	struct symbols symbols = { 0 };

	symbols_add(&symbols, 0x100, 0x100, "old", SYMBOL_RUNTIME);
	symbols_add(&symbols, 0x180, 0x10, "new", SYMBOL_RUNTIME);
	symbols_add(&symbols, 0x400, 0x10, "covered", SYMBOL_RUNTIME);
	symbols_add(&symbols, 0x300, 0x200, "cover", SYMBOL_RUNTIME);
	symbols_add(&symbols, 0x600, 0x80, "moved away", SYMBOL_RUNTIME);
	symbols_add(&symbols, 0x600, 0x10, "moved here", SYMBOL_RUNTIME);
	symbols_sort(&symbols);
	CHECK_TEXT(at(&symbols, 0x17f), "old");
	CHECK_TEXT(at(&symbols, 0x180), "new");
	CHECK_TEXT(at(&symbols, 0x190), "old");
	CHECK_TEXT(at(&symbols, 0x408), "cover");
	CHECK_TEXT(at(&symbols, 0x608), "moved here");
	CHECK_TEXT(at(&symbols, 0x620), "-");
	symbols_free(&symbols);
}

static const char *at_time(const struct symbols *symbols, uint64_t address, uint64_t time)
{
	const struct symbol *symbol = symbols_find_at(symbols, address, time);

	return symbol ? symbol->name : "-";
}

static void add_since(struct symbols *symbols, uint64_t since, uint64_t start, uint64_t size, const char *name)
{
	CHECK(symbols_add(symbols, start, size, name, SYMBOL_RUNTIME));
	symbols->entries[symbols->count - 1].since = since;
}

/* Code that is generated at addresses of earlier code, described in whatever order. */
static void finds_what_was_there_then(void)
{
	struct symbols symbols = { 0 };

	add_since(&symbols, 100, 0x100, 0x40, "first");
	add_since(&symbols, 300, 0x100, 0x40, "third");
	add_since(&symbols, 200, 0x100, 0x20, "second");
	add_since(&symbols, 400, 0x110, 0x20, "within");
	symbols_sort(&symbols);
	CHECK_TEXT(at_time(&symbols, 0x118, 100), "first");
	CHECK_TEXT(at_time(&symbols, 0x118, 199), "first");
	CHECK_TEXT(at_time(&symbols, 0x118, 200), "second");
	CHECK_TEXT(at_time(&symbols, 0x118, 300), "third");
	CHECK_TEXT(at_time(&symbols, 0x118, 400), "within");
	CHECK_TEXT(at_time(&symbols, 0x100, 400), "third");
	/* The second is shorter: what the first had behind it is gone. */
	CHECK_TEXT(at_time(&symbols, 0x138, 250), "-");
	CHECK_TEXT(at_time(&symbols, 0x138, 150), "first");
	/* Before all that is known of: described late, most likely. */
	CHECK_TEXT(at_time(&symbols, 0x118, 50), "first");
	CHECK_TEXT(at(&symbols, 0x118), "within");
	symbols_free(&symbols);
}

static void survives_sizes_that_overflow(void)
{
	struct symbols symbols = { 0 };

	symbols_add(&symbols, UINT64_MAX - 8, UINT64_MAX, "end", SYMBOL_GLOBAL);
	symbols_add(&symbols, 0x10, UINT64_MAX, "all", SYMBOL_GLOBAL);
	symbols_sort(&symbols);
	CHECK_TEXT(at(&symbols, UINT64_MAX - 1), "end");
	CHECK_TEXT(at(&symbols, 0x11), "all");
	CHECK_TEXT(at(&symbols, 0xf), "-");
	symbols_free(&symbols);
}

static void bounds_all_names_together(void)
{
	static char name[2 * MAX_NAME_BYTES];
	struct symbols symbols = { .name_bytes = MAX_NAMES_BYTES - 3 * (MAX_NAME_BYTES + 1) };

	memset(name, 'x', sizeof(name) - 1);
	for (int i = 0; i < 3; i++)
		CHECK(symbols_add(&symbols, 0x1000 * i, 0x10, name, SYMBOL_RUNTIME));
	CHECK_NUMBER(symbols.name_bytes, MAX_NAMES_BYTES);
	CHECK(!symbols_add(&symbols, 0x9000, 0x10, "", SYMBOL_RUNTIME));
	CHECK_NUMBER(symbols.count, 3);
	CHECK_NUMBER(strlen(symbols.entries[0].name), MAX_NAME_BYTES);
	symbols_free(&symbols);
}

/* What runtimes wrote of all processes has one room; what files have is not of it. */
static void bounds_all_generated_code_together(void)
{
	struct naming_account account = { .bytes = MAX_GENERATED_BYTES - 2 * (GENERATED_SYMBOL_BYTES + 1) };
	struct symbols one = { .account = &account }, other = one, file = one;

	CHECK(symbols_add(&one, 0x1000, 0x10, "a", SYMBOL_RUNTIME));
	CHECK(symbols_add(&other, 0x1000, 0x10, "b", SYMBOL_RUNTIME));
	CHECK_NUMBER(account.bytes, MAX_GENERATED_BYTES);
	CHECK(!one.is_full && !symbols_add(&one, 0x2000, 0x10, "c", SYMBOL_RUNTIME) && one.is_full);
	CHECK(!symbols_add(&one, 0x3000, 0x10, "c", SYMBOL_RUNTIME));
	CHECK_NUMBER(account.losses[LOSS_SYMBOLS], 1);
	CHECK(!symbols_add(&other, 0x2000, 0x10, "d", SYMBOL_RUNTIME));
	CHECK_NUMBER(account.losses[LOSS_SYMBOLS], 2);
	CHECK(symbols_add(&file, 0x1000, 0x10, "e", SYMBOL_GLOBAL));
	symbols_free(&one);
	symbols_free(&other);
	symbols_free(&file);
}

/* Each range covers all before it: as many are looked at as are allowed, and the lookup ends. */
static void bounds_overlaps(void)
{
	struct symbols symbols = { 0 };

	for (uint64_t i = 0; i < 3 * MAX_OVERLAPS; i++)
		symbols_add(&symbols, i, UINT64_MAX, "wide", SYMBOL_RUNTIME);
	symbols_add(&symbols, 0, UINT64_MAX, "last", SYMBOL_RUNTIME);
	symbols_sort(&symbols);
	CHECK_TEXT(at(&symbols, 0), "last");
	CHECK_TEXT(at(&symbols, UINT64_MAX - 1), "wide");
	symbols_free(&symbols);
}

int main(void)
{
	bounds_all_names_together();
	bounds_all_generated_code_together();
	bounds_overlaps();
	finds_by_range();
	reaches_to_the_next_without_a_size();
	prefers_the_known_alias();
	prefers_functions_to_labels();
	takes_the_innermost_of_nested_functions();
	takes_the_newest_of_generated_code();
	finds_what_was_there_then();
	survives_sizes_that_overflow();
	return check_report("symbols");
}
