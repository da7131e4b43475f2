// SPDX-License-Identifier: Apache-2.0
#include "annotation/jump_tables.h"

#include <string.h>

#include "annotation/instructions.h"

/* Of a table; a switch that has more is cut off. */
#define MAX_ENTRIES 4096

struct table {
	uint64_t address;
	/* Of distances from itself; else of addresses. */
	bool is_relative;
};

static size_t after_prefixes(const uint8_t *code, size_t length)
{
	size_t at = 0;

	/* notrack, then REX. */
	if (at < length && code[at] == 0x3e)
		at++;
	if (at < length && (code[at] & 0xf0) == 0x40)
		at++;
	return at;
}

static int32_t signed_word(const uint8_t *bytes)
{
	int32_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* jmp *register */
static bool jumps_by_register(const uint8_t *code, size_t length)
{
	size_t at = after_prefixes(code, length);

	return length == at + 2 && code[at] == 0xff && (code[at + 1] & 0xf8) == 0xe0;
}

/* jmp *TABLE(,index,8) */
static bool jumps_by_addresses(const uint8_t *code, size_t length, struct table *table)
{
	size_t at = after_prefixes(code, length);

	if (length != at + 7 || code[at] != 0xff || code[at + 1] != 0x24 || (code[at + 2] & 0xc7) != 0xc5)
		return false;
	*table = (struct table){ .address = (int64_t)signed_word(code + at + 3) };
	return true;
}

/* lea TABLE(%rip),register */
static bool takes_address(const uint8_t *code, size_t length, uint64_t next, struct table *table)
{
	if (length != 7 || (code[0] & 0xf8) != 0x48 || code[1] != 0x8d || (code[2] & 0xc7) != 0x05)
		return false;
	*table = (struct table){ .address = next + signed_word(code + 3), .is_relative = true };
	return true;
}

/* Where an entry leads, as an address; false where there is none. */
static bool read_entry(const struct linked_memory *memory, const struct table *table, size_t number, uint64_t *target)
{
	int32_t distance;

	if (!table->is_relative)
		return memory->read(memory->file, table->address + number * sizeof(*target), target, sizeof(*target));
	if (!memory->read(memory->file, table->address + number * sizeof(distance), &distance, sizeof(distance)))
		return false;
	*target = table->address + distance;
	return true;
}

static void follow(const struct linked_memory *memory, const struct table *table, size_t size,
		   bool (*lead)(void *context, int64_t target), void *context)
{
	uint64_t target, other;

	/* One alone may be anything. */
	if (!read_entry(memory, table, 0, &target) || !read_entry(memory, table, 1, &other) ||
	    target - memory->code >= size || other - memory->code >= size)
		return;
	for (size_t i = 0; i < MAX_ENTRIES && read_entry(memory, table, i, &target); i++) {
		if (!lead(context, (int64_t)(target - memory->code)))
			return;
	}
}

static bool has_jump_by_register(const uint8_t *code, size_t size)
{
	uint32_t length;

	for (size_t at = 0; at < size; at += length) {
		length = instruction_read(code + at, size - at).length;
		if (jumps_by_register(code + at, length))
			return true;
	}
	return false;
}

void jump_tables_find(const uint8_t *code, size_t size, const struct linked_memory *memory,
		      bool (*lead)(void *context, int64_t target), void *context)
{
	bool may_be_relative = has_jump_by_register(code, size);
	uint32_t length;

	for (size_t at = 0; at < size; at += length) {
		struct table table;

		length = instruction_read(code + at, size - at).length;
		if (jumps_by_addresses(code + at, length, &table) ||
		    (may_be_relative && takes_address(code + at, length, memory->code + at + length, &table)))
			follow(memory, &table, size, lead, context);
	}
}
