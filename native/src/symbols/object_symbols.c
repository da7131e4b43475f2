// SPDX-License-Identifier: Apache-2.0
#include "symbols/object_symbols.h"

#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "symbols/debug_file.h"
#include "symbols/dwarf_lines.h"
#include "symbols/elf_symbols.h"
#include "symbols/go_lines.h"
#include "symbols/kallsyms.h"
#include "symbols/libc_roots.h"
#include "symbols/mini_debug.h"

/* The file's own symbols, and those of its separate debug file where one is installed. */
static void load_elf(struct object_symbols *symbols, const struct object *object)
{
	elf_symbols_read(&symbols->symbols, symbols->image.elf);
	mini_debug_read(&symbols->symbols, symbols->image.elf);
	symbols->debug_fd = debug_file_open(&symbols->image, object->path);
	if (symbols->debug_fd >= 0 && elf_image_open(&symbols->debug_image, symbols->debug_fd)) {
		elf_symbols_read(&symbols->symbols, symbols->debug_image.elf);
		dwarf_units_open(&symbols->units, symbols->debug_image.elf);
	} else {
		dwarf_units_open(&symbols->units, symbols->image.elf);
	}
	go_pclntab_open(&symbols->go, symbols->image.elf);
	symbols_sort(&symbols->symbols);
	libc_roots_add(&symbols->symbols, symbols->image.elf, object->path);
}

/* What the kernel was asked for, or else all it has. */
static void load_kernel(struct object_symbols *symbols, const struct object *object)
{
	for (size_t i = 0; i < object->names.count; i++) {
		const struct symbol *name = &object->names.entries[i];

		symbols_add(&symbols->symbols, name->start, name->size, name->name, name->rank);
	}
	symbols_sort(&symbols->symbols);
	symbols->is_readable = symbols->symbols.count || (object->fd >= 0 && kallsyms_read(&symbols->symbols, object->fd));
}

/* A jitdump file and a perf map of the same code agree; what only one of them names is named all the same. */
static void load_generated(struct object_symbols *symbols, const struct object *object)
{
	symbols->is_readable = object->history.is_known || object->jitdump_fd >= 0;
	if (object->jitdump_fd >= 0)
		jitdump_read(&symbols->jitdump, &symbols->symbols, object->jitdump_fd);
	naming_lose(symbols->symbols.account, LOSS_MAP_BYTES, object->history.unread);
	perf_map_history_add(&object->history, &symbols->symbols);
	symbols_sort(&symbols->symbols);
}

void object_symbols_load(struct object_symbols *symbols, const struct object *object, struct naming_account *account)
{
	const void *vdso;

	*symbols = (struct object_symbols){ .debug_fd = -1, .symbols.account = account };
	switch (object->kind) {
	case OBJECT_MARKER:
		break;
	case OBJECT_KERNEL:
		load_kernel(symbols, object);
		break;
	case OBJECT_VDSO:
		/* The kernel maps the same one into every process, this one too. */
		vdso = (const void *)getauxval(AT_SYSINFO_EHDR);
		symbols->is_readable = vdso && elf_image_open_memory(&symbols->image, vdso);
		if (symbols->is_readable)
			load_elf(symbols, object);
		break;
	case OBJECT_FILE:
		symbols->is_readable = object->fd >= 0 && elf_image_open(&symbols->image, object->fd);
		if (symbols->is_readable)
			load_elf(symbols, object);
		break;
	case OBJECT_GENERATED:
		load_generated(symbols, object);
		break;
	}
}

/* Go's own table is preferred: it has every line of a stripped program, and is what its tracebacks say. */
bool object_symbols_lines(struct object_symbols *symbols, uint64_t start, uint64_t address, struct source_lines *lines)
{
	return go_lines_find(&symbols->go, address, lines) || dwarf_lines_find(&symbols->units, start, address, lines);
}

void object_symbols_free(struct object_symbols *symbols)
{
	dwarf_units_close(&symbols->units);
	elf_image_close(&symbols->debug_image);
	elf_image_close(&symbols->image);
	if (symbols->debug_fd >= 0)
		close(symbols->debug_fd);
	jitdump_free(&symbols->jitdump);
	symbols_free(&symbols->symbols);
}
