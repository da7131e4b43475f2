/* SPDX-License-Identifier: Apache-2.0 */
/* The file that is annotated: the function that an address lies in, where functions begin, and their code. */
#ifndef PROFBOUND_ANNOTATED_FILE_H
#define PROFBOUND_ANNOTATED_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "annotation/addresses.h"
#include "symbols/object_symbols.h"

struct annotated_file {
	/* The caller's. */
	const char *path;
	int fd;
	struct object_symbols symbols;
	/* Of each symbol: a local's number among those of its name, from 1; 0 for others. */
	uint32_t *ordinals;
};

/* The function an address lies in, by Go's own table where there is one: see the resolver. */
struct covering {
	const char *name;
	uint64_t start;
	uint64_t size;
	const char *binding;
	uint32_t ordinal;
	/* Whether the line table has its extent. */
	bool has_rows;
	bool is_go;
};

/* Opens the file, for which rights may be needed; false with errno set. */
bool annotated_file_open(struct annotated_file *file, const char *path);

/* Reads its symbols, which needs none; false when it is no ELF file that can be read. */
bool annotated_file_load(struct annotated_file *file);

/* The function at an address, whose name is the file's; false when there is none. */
bool annotated_file_find(const struct annotated_file *file, uint64_t address, struct covering *covering);

/* Copies what the file has at an address, as it is linked; false when it has it not in one piece. */
bool annotated_file_read(const struct annotated_file *file, uint64_t address, void *to, size_t bytes);

/* The code of a function, to be freed; NULL when the file has it not in one piece. */
uint8_t *annotated_file_code(const struct annotated_file *file, const struct covering *covering);

/* Adds where every function begins; labels are none. */
void annotated_file_functions(const struct annotated_file *file, struct addresses *addresses);

void annotated_file_close(struct annotated_file *file);

#endif
