/* SPDX-License-Identifier: Apache-2.0 */
/* The symbols of one object, wherever they come from. */
#ifndef PROFBOUND_OBJECT_SYMBOLS_H
#define PROFBOUND_OBJECT_SYMBOLS_H

#include "processes/objects.h"
#include "symbols/dwarf_units.h"
#include "symbols/elf_image.h"
#include "symbols/go_pclntab.h"
#include "symbols/jitdump.h"
#include "symbols/source_lines.h"
#include "symbols/symbols.h"

struct object_symbols {
	/* Something was there to be read. */
	bool is_readable;
	struct symbols symbols;
	/* ELF objects only. */
	struct elf_image image;
	struct elf_image debug_image;
	int debug_fd;
	struct dwarf_units units;
	/* Without a layout: no Go program. */
	struct go_pclntab go;
	/* Generated code only. */
	struct jitdump jitdump;
};

/* What cannot be read or kept is counted in `account`, which may be NULL. */
void object_symbols_load(struct object_symbols *symbols, const struct object *object, struct naming_account *account);

/* What runs at a linked address in the function that begins at `start`; false when nothing is known. */
bool object_symbols_lines(struct object_symbols *symbols, uint64_t start, uint64_t address, struct source_lines *lines);

void object_symbols_free(struct object_symbols *symbols);

#endif
