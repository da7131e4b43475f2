/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables that a function's jumps go by, as compilers make them of a switch: of addresses, or of distances from the table
 * itself where the code may run anywhere.
 */
#ifndef PROFBOUND_JUMP_TABLES_H
#define PROFBOUND_JUMP_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a file has at addresses as it is linked. */
struct linked_memory {
	/* Where the function's code begins. */
	uint64_t code;
	/* Copies what is at an address; false where the file has it not. */
	bool (*read)(const void *file, uint64_t address, void *to, size_t bytes);
	const void *file;
};

/*
 * Looks through the code of a function that jumps by pointer, and tells of each entry of its tables where that leads, from the
 * code's begin on, until `lead` has none of it: there a table ends. Tables that are filled in when the program starts are not
 * found. Something else that the code takes the address of may be taken for a table where two entries look like one's.
 */
void jump_tables_find(const uint8_t *code, size_t size, const struct linked_memory *memory,
		      bool (*lead)(void *context, int64_t target), void *context);

#endif
