// SPDX-License-Identifier: Apache-2.0
#include "symbols/libc_roots.h"

#include <gelf.h>
#include <string.h>

#include "symbols/elf_image.h"
#include "support/paths.h"

/* The sorted table of .eh_frame_hdr, as far as it is of the form that all linkers write. */
struct function_starts {
	const unsigned char *entries;
	uint64_t count;
	uint64_t base;
};

#define HEADER_BYTES 12
#define ENTRY_BYTES 8

static int32_t read_signed(const unsigned char *bytes)
{
	int32_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static bool read_function_starts(Elf *elf, struct function_starts *starts)
{
	/* Version 1; a relative pointer; an unsigned count; entries relative to the section. */
	static const unsigned char form[] = { 1, 0x1b, 0x03, 0x3b };
	Elf_Scn *section;
	GElf_Shdr header;
	Elf_Data *data;

	if (!elf_find_section(elf, ".eh_frame_hdr", &section, &header))
		return false;
	data = elf_getdata(section, NULL);
	if (!data || data->d_size < HEADER_BYTES || memcmp(data->d_buf, form, sizeof(form)) != 0)
		return false;
	starts->entries = (const unsigned char *)data->d_buf + HEADER_BYTES;
	starts->count = (uint32_t)read_signed(starts->entries - 4);
	starts->base = header.sh_addr;
	return starts->count <= (data->d_size - HEADER_BYTES) / ENTRY_BYTES;
}

static uint64_t start_at(const struct function_starts *starts, uint64_t index)
{
	return starts->base + (int64_t)read_signed(starts->entries + index * ENTRY_BYTES);
}

/* How many functions begin before `address`. */
static uint64_t count_before(const struct function_starts *starts, uint64_t address)
{
	uint64_t low = 0, high = starts->count;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (start_at(starts, middle) < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct symbol *find_by_name(const struct symbols *symbols, const char *name)
{
	for (size_t i = 0; i < symbols->count; i++) {
		if (strcmp(symbols->entries[i].name, name) == 0)
			return &symbols->entries[i];
	}
	return NULL;
}

/* Gives a name to the function at position `index` of the table, unless it has one. */
static void name_function(struct symbols *symbols, const struct function_starts *starts, uint64_t index, const char *name)
{
	uint64_t start = start_at(starts, index);

	if (index + 1 < starts->count && start_at(starts, index + 1) > start && !symbols_find(symbols, start))
		symbols_add(symbols, start, start_at(starts, index + 1) - start, name, SYMBOL_LOCAL);
}

static void add_start_call_main(struct symbols *symbols, const struct function_starts *starts)
{
	const struct symbol *next = find_by_name(symbols, "__libc_start_main");
	uint64_t before = next ? count_before(starts, next->start) : 0;

	if (before > 0)
		name_function(symbols, starts, before - 1, "__libc_start_call_main");
}

/* The code from `start` up to `end`, or NULL. */
static const unsigned char *code_between(Elf *elf, uint64_t start, uint64_t end)
{
	for (Elf_Scn *section = elf_nextscn(elf, NULL); section; section = elf_nextscn(elf, section)) {
		GElf_Shdr header;
		Elf_Data *data;

		if (!gelf_getshdr(section, &header) || !(header.sh_flags & SHF_EXECINSTR) || start < header.sh_addr ||
		    start - header.sh_addr >= header.sh_size)
			continue;
		data = elf_getdata(section, NULL);
		if (!data || !data->d_buf || end < start || end - header.sh_addr > data->d_size)
			return NULL;
		return (const unsigned char *)data->d_buf + (start - header.sh_addr);
	}
	return NULL;
}

/* lea DISPLACEMENT(%rip),REGISTER */
static bool is_relative_lea(const unsigned char *code)
{
	return (code[0] & 0xfb) == 0x48 && code[1] == 0x8d && (code[2] & 0xc7) == 0x05;
}

#define LEA_BYTES 7

/* Functions before pthread_create among which start_thread is looked for: the static ones of its source file. */
#define NEIGHBOURS 4

static void add_start_thread(struct symbols *symbols, const struct function_starts *starts, Elf *elf)
{
	const struct symbol *creator = find_by_name(symbols, "pthread_create");
	uint64_t last = creator ? count_before(starts, creator->start) : 0;
	uint64_t first = last > NEIGHBOURS ? last - NEIGHBOURS : 0, found = last, begin, end;
	const unsigned char *code;

	if (last == 0)
		return;
	begin = start_at(starts, first);
	end = creator->start + creator->size;
	code = code_between(elf, begin, end);
	for (uint64_t at = 0; code && at + LEA_BYTES <= end - begin; at++) {
		uint64_t target = begin + at + LEA_BYTES + (int64_t)read_signed(code + at + 3), index;

		if (!is_relative_lea(code + at) || target < begin || target >= creator->start)
			continue;
		index = count_before(starts, target);
		if (index >= last || start_at(starts, index) != target)
			continue;
		/* With two candidates there is no telling which is it. */
		if (found != last && found != index)
			return;
		found = index;
	}
	if (found != last)
		name_function(symbols, starts, found, "start_thread");
}

void libc_roots_add(struct symbols *symbols, Elf *elf, const char *path)
{
	const char *base = path_base(path);
	struct function_starts starts;

	if (strncmp(base, "libc.so", 7) != 0 && strncmp(base, "libc-", 5) != 0 && strncmp(base, "libpthread", 10) != 0)
		return;
	if (!read_function_starts(elf, &starts))
		return;
	add_start_call_main(symbols, &starts);
	symbols_sort(symbols);
	add_start_thread(symbols, &starts, elf);
	symbols_sort(symbols);
}
