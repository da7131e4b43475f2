/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a Go program keeps its tables. Sections' names and symbols may be stripped or merged by the linker, so that the
 * tables are found by what they say of each other; pointers of position-independent programs are in relocations.
 */
#ifndef PROFBOUND_GO_MODULE_H
#define PROFBOUND_GO_MODULE_H

#include "symbols/go_pclntab.h"

/* Offset of the address of the text in runtime.moduledata, the same since Go 1.16. */
#define GO_MODULE_TEXT 176

struct go_image {
	Elf *elf;
	/* Where the next table is looked for: a section, and an offset in it. */
	Elf_Scn *section;
	size_t at;
	/* The table found last, to the end of its section. */
	struct go_bytes table;
};

/* False when it is no Go program for x86-64. */
bool go_image_open(struct go_image *image, Elf *elf);

/* The next bytes that may be a pclntab, and the linked address they lie at; false when there are no more. */
bool go_image_next_table(struct go_image *image, uint64_t *address);

/*
 * The linked address of the runtime.moduledata that points to a pclntab and to its names and units; 0 when there is none.
 */
uint64_t go_image_find_module(const struct go_image *image, uint64_t table, uint64_t names, uint64_t units);

/* The pointer at a linked address; 0 when there is none. */
uint64_t go_image_pointer(const struct go_image *image, uint64_t address);

/* The bytes from a linked address to the end of its section. */
bool go_image_bytes(const struct go_image *image, uint64_t address, struct go_bytes *bytes);

#endif
