/* SPDX-License-Identifier: Apache-2.0 */
/* The builder's other side: what reads one file, and what it answers. */
#ifndef PROFBOUND_BUILDER_READER_H
#define PROFBOUND_BUILDER_READER_H

#include "unwind/builder.h"

/* Comes first; then the segments, then the rows of the table. */
struct builder_answer {
	char build_id[2 * BUILD_ID_BYTES + 1];
	/* Whether there are any; not bool, whose other values would be undefined. */
	uint32_t is_elf;
	uint32_t has_table;
	uint64_t segments;
	uint64_t rows;
	uint64_t malformed;
};

/* Writes an answer; false when it could not be written whole. */
bool builder_answer_write(int fd, const struct elf_image *image, const struct table *table, bool is_elf, bool has_table);

/* Takes files from a socket, two descriptors each: the file, and a pipe for the answer. Until the socket is closed. */
_Noreturn void builder_serve(int socket, table_reader *read);

#endif
