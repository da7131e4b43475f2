/* SPDX-License-Identifier: Apache-2.0 */
/* The symbols of one object, wherever they come from. */
#ifndef PROFBOUND_OBJECT_SYMBOLS_H
#define PROFBOUND_OBJECT_SYMBOLS_H

#include "symbols/declarations.h"
#include "symbols/elf_image.h"
#include "processes/objects.h"
#include "symbols/symbols.h"

struct object_symbols {
	/* Something was there to be read. */
	bool is_readable;
	struct symbols symbols;
	/* ELF objects only. */
	struct elf_image image;
	struct elf_image debug_image;
	int debug_fd;
	struct declarations declarations;
};

void object_symbols_load(struct object_symbols *symbols, const struct object *object);
void object_symbols_free(struct object_symbols *symbols);

#endif
