// SPDX-License-Identifier: Apache-2.0
/* A whole ELF file: segments, symbols, DWARF's functions and lines, threads' beginnings, unwind table. */
#define _GNU_SOURCE
#include "memory_file.h"

#include "symbols/dwarf_lines.h"
#include "symbols/elf_image.h"
#include "symbols/elf_symbols.h"
#include "symbols/libc_roots.h"
#include "unwind/table.h"

/* Addresses asked for of each input; all of them would leave no time for other inputs. */
#define ADDRESSES 32

static void count(void *argument, uint64_t address)
{
	(*(size_t *)argument)++;
}

static void find_lines(struct dwarf_units *units, const struct symbols *symbols)
{
	struct source_lines lines;
	size_t rows = 0;

	for (size_t i = 0; i < symbols->count && i < ADDRESSES; i++) {
		const struct symbol *symbol = &symbols->entries[i];

		dwarf_lines_find(units, symbol->start, symbol->start + symbol->size / 2, &lines);
		dwarf_lines_rows(units, symbol->start, symbol->start + symbol->size, count, &rows);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct symbols symbols = { 0 };
	struct dwarf_units units;
	struct table table = { 0 };
	struct elf_image image;
	uint64_t address;

	if (!elf_image_open(&image, memory_file(bytes, size)))
		return 0;
	elf_symbols_read(&symbols, image.elf);
	symbols_sort(&symbols);
	libc_roots_add(&symbols, image.elf, "/lib/libc.so.6");
	dwarf_units_open(&units, image.elf);
	find_lines(&units, &symbols);
	if (elf_image_address(&image, size / 2, &address))
		symbols_find(&symbols, address);
	table_read(&table, image.elf);
	table_find(&table, address);
	table_free(&table);
	dwarf_units_close(&units);
	elf_image_close(&image);
	symbols_free(&symbols);
	return 0;
}
