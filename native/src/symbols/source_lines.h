/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_SOURCE_LINES_H
#define PROFBOUND_SOURCE_LINES_H

#include <stdint.h>

#include "support/bounds.h"

/* A function that runs at an address, and the line in it. What is not known is NULL or 0. */
struct source_line {
	/* As the program has it. */
	const char *name;
	/* As the linker would know it. */
	const char *linkage_name;
	/* The function's file, and the folder it is relative to. */
	const char *file;
	const char *folder;
	/* Of the function's definition. */
	uint32_t start_line;
	/* What is executed there; in a caller, the call. */
	uint32_t line;
	/* Tells apart code of one line that does not run equally often, as DWARF has it. */
	uint32_t discriminator;
};

/*
 * All functions that run at an address: the innermost inlined one first, the one that has the code last. The texts belong
 * to what they were found in.
 */
struct source_lines {
	struct source_line entries[MAX_INLINED + 1];
	uint32_t count;
};

#endif
