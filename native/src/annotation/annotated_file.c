// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "annotation/annotated_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/bounds.h"
#include "support/fail.h"
#include "support/interner.h"

bool annotated_file_open(struct annotated_file *file, const char *path)
{
	*file = (struct annotated_file){ .path = path, .fd = open(path, O_RDONLY | O_CLOEXEC) };
	return file->fd >= 0;
}

/* Numbers the local symbols of each name; symbols are in the order of addresses. */
static uint32_t *number_locals(const struct symbols *symbols)
{
	uint32_t *ordinals = must_allocate(symbols->count, sizeof(*ordinals));
	uint32_t *counts = must_allocate(symbols->count, sizeof(*counts));
	struct interner names = { 0 };

	for (size_t i = 0; i < symbols->count; i++) {
		const struct symbol *symbol = &symbols->entries[i];

		if (symbol->rank == SYMBOL_LOCAL)
			ordinals[i] = ++counts[interner_add(&names, symbol->name, strlen(symbol->name), NULL)];
	}
	interner_free(&names);
	free(counts);
	return ordinals;
}

bool annotated_file_load(struct annotated_file *file)
{
	const struct object object = { .kind = OBJECT_FILE, .path = (char *)file->path, .fd = file->fd, .jitdump_fd = -1 };

	object_symbols_load(&file->symbols, &object, NULL);
	if (!file->symbols.is_readable)
		return false;
	file->ordinals = number_locals(&file->symbols.symbols);
	return true;
}

bool annotated_file_find(const struct annotated_file *file, uint64_t address, struct covering *covering)
{
	static const char *const bindings[] = {
		[SYMBOL_GLOBAL] = "global",
		[SYMBOL_WEAK] = "weak",
		[SYMBOL_LOCAL] = "local",
		[SYMBOL_LABEL] = "label",
	};
	const struct object_symbols *symbols = &file->symbols;
	const struct symbol *symbol;
	struct go_function go;

	if (symbols->go.layout && go_pclntab_find(&symbols->go, address, &go)) {
		*covering = (struct covering){
			.name = go.name,
			.start = go.start,
			.size = go.end - go.start,
			.binding = bindings[SYMBOL_GLOBAL],
			.is_go = true,
		};
		return true;
	}
	symbol = symbols_find(&symbols->symbols, address);
	if (!symbol)
		return false;
	*covering = (struct covering){
		.name = symbol->name,
		.start = symbol->start,
		.size = symbol->size,
		.binding = bindings[symbol->rank],
		.ordinal = file->ordinals[symbol - symbols->symbols.entries],
		.has_rows = symbol->rank != SYMBOL_LABEL,
	};
	return true;
}

bool annotated_file_read(const struct annotated_file *file, uint64_t address, void *to, size_t bytes)
{
	Elf *elf = file->symbols.image.elf;
	GElf_Phdr segment;
	size_t count;

	if (elf_getphdrnum(elf, &count) != 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		uint64_t offset;

		if (!gelf_getphdr(elf, i, &segment) || segment.p_type != PT_LOAD || address < segment.p_vaddr)
			continue;
		offset = address - segment.p_vaddr;
		if (offset <= segment.p_filesz && bytes <= segment.p_filesz - offset)
			return pread(file->fd, to, bytes, segment.p_offset + offset) == (ssize_t)bytes;
	}
	return false;
}

uint8_t *annotated_file_code(const struct annotated_file *file, const struct covering *covering)
{
	uint8_t *code;

	if (covering->size > MAX_FUNCTION_BYTES)
		return NULL;
	code = must_allocate(covering->size, 1);
	if (annotated_file_read(file, covering->start, code, covering->size))
		return code;
	free(code);
	return NULL;
}

void annotated_file_functions(const struct annotated_file *file, struct addresses *addresses)
{
	const struct object_symbols *symbols = &file->symbols;

	for (size_t i = 0; i < symbols->symbols.count; i++) {
		if (symbols->symbols.entries[i].rank != SYMBOL_LABEL)
			addresses_add(addresses, symbols->symbols.entries[i].start);
	}
	for (size_t i = 0; i < symbols->go.function_count; i++) {
		struct go_function function;

		if (go_pclntab_function(&symbols->go, i, &function))
			addresses_add(addresses, function.start);
	}
	addresses_sort(addresses);
}

void annotated_file_close(struct annotated_file *file)
{
	free(file->ordinals);
	object_symbols_free(&file->symbols);
	close(file->fd);
}
