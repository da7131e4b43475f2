/* SPDX-License-Identifier: Apache-2.0 */
/* From a process's mappings to a space: which table is where. */
#ifndef PROFBOUND_SPACE_LAYOUT_H
#define PROFBOUND_SPACE_LAYOUT_H

#include "processes/mappings.h"
#include "symbols/elf_image.h"
#include "unwind/store.h"

/* The table of an object, as far as it has one. */
struct object_table {
	/* Looked for already. */
	bool is_known;
	bool is_stored;
	struct store_place place;
	/* Where its code is linked; without an Elf. */
	struct elf_image layout;
};

/* The table of object `number`, or NULL when it has none. */
typedef const struct object_table *table_of(void *context, uint32_t number);

/*
 * Fills `space`. Neighbours without tables become one, with what lies between them: a runtime's code is in hundreds of
 * regions. False when there are more mappings than a space can have.
 */
bool space_lay_out(struct unwind_space *space, const struct mappings *mappings, table_of *find, void *context);

#endif
