// SPDX-License-Identifier: Apache-2.0
#include "unwind/table.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "support/bounds.h"
#include "support/fail.h"
#include "unwind/frame_table.h"
#include "unwind/go_table.h"
#include "unwind/plt_table.h"

/* What holds between functions. */
static const struct unwind_rule gap = { .cfa = UNWIND_CFA_FRAME_POINTER };

bool table_add(struct table *table, uint64_t address, const struct unwind_rule *rule)
{
	if (table->count && table->rows[table->count - 1].address == address)
		table->count--;
	if (table->count && memcmp(&table->rows[table->count - 1].rule, rule, sizeof(*rule)) == 0)
		return true;
	if (table->count == MAX_TABLE_ROWS)
		return false;
	if (table->count == table->capacity) {
		table->capacity = table->capacity ? table->capacity * 2 : 1024;
		table->rows = must_resize(table->rows, table->capacity, sizeof(*table->rows));
	}
	table->rows[table->count++] = (struct table_row){ .address = address, .rule = *rule };
	return true;
}

static bool is_gap(const struct unwind_rule *rule)
{
	return rule->cfa == UNWIND_CFA_FRAME_POINTER;
}

/* Address of a row, or of the end of all. */
static uint64_t row_address(const struct table *table, size_t row)
{
	return row < table->count ? table->rows[row].address : UINT64_MAX;
}

void table_fill(struct table *table, const struct table *other)
{
	struct table filled = { .malformed = table->malformed + other->malformed };
	const struct unwind_rule *own = &gap, *others = &gap;
	size_t row = 0, other_row = 0;

	/* From one change to the next, of either. */
	while (row < table->count || other_row < other->count) {
		uint64_t own_next = row_address(table, row), other_next = row_address(other, other_row);
		uint64_t address = own_next < other_next ? own_next : other_next;

		if (own_next == address)
			own = &table->rows[row++].rule;
		if (other_next == address)
			others = &other->rows[other_row++].rule;
		if (!table_add(&filled, address, is_gap(own) ? others : own))
			break;
	}
	free(table->rows);
	*table = filled;
}

/* Executable segments; there are one or two. */
static size_t read_code(Elf *elf, struct code_range *code)
{
	size_t count, found = 0;

	if (elf_getphdrnum(elf, &count))
		return 0;
	for (size_t i = 0; i < count && i < MAX_SEGMENTS && found < MAX_CODE_SEGMENTS; i++) {
		GElf_Phdr header;

		if (!gelf_getphdr(elf, i, &header))
			break;
		/* The highest address is left free, so that there is always one behind the last row. */
		if (header.p_type == PT_LOAD && header.p_flags & PF_X && header.p_memsz < UINT64_MAX - header.p_vaddr)
			code[found++] = (struct code_range){ header.p_vaddr, header.p_vaddr + header.p_memsz };
	}
	return found;
}

static uint64_t first_address(const struct code_range *code, size_t count)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < count; i++)
		first = code[i].start < first ? code[i].start : first;
	return first;
}

bool table_read(struct table *table, Elf *elf)
{
	struct code_range code[MAX_CODE_SEGMENTS];
	size_t code_count = read_code(elf, code);
	struct table debug = { 0 };
	bool found;

	memset(table, 0, sizeof(*table));
	if (!code_count)
		return false;
	table_add(table, first_address(code, code_count), &gap);
	found = frame_table_read(table, elf, false, code, code_count);
	if (frame_table_read(&debug, elf, true, code, code_count)) {
		found = true;
		table_fill(table, &debug);
	}
	table_free(&debug);
	/* Go describes its functions more exactly than its .debug_frame, if it has one, does. */
	found |= go_table_read(table, elf);
	if (found)
		plt_table_fill(table, elf, code, code_count);
	else
		table_free(table);
	return found;
}

const struct unwind_rule *table_find(const struct table *table, uint64_t address)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->rows[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &table->rows[low - 1].rule : NULL;
}

void table_free(struct table *table)
{
	free(table->rows);
	memset(table, 0, sizeof(*table));
}
