/* SPDX-License-Identifier: Apache-2.0 */
/* The layout of jitdump files: perf's jitdump-specification.txt, and one record of our own for Java. */
#ifndef PROFBOUND_JITDUMP_FORMAT_H
#define PROFBOUND_JITDUMP_FORMAT_H

#include <stdint.h>

#define JITDUMP_MAGIC 0x4a695444
#define JITDUMP_VERSION 1
/* Times are a CPU's own counter. */
#define JITDUMP_ARCHITECTURE_TIME 1

enum jitdump_kind {
	JITDUMP_LOAD,
	JITDUMP_MOVE,
	JITDUMP_DEBUG_INFO,
	/* What is inlined into the code that the next load is of; others skip kinds they do not know. */
	JITDUMP_INLINES = 0x50424a49,
};

struct jitdump_header {
	uint32_t magic;
	uint32_t version;
	uint32_t bytes;
	uint32_t machine;
	uint32_t padding;
	uint32_t pid;
	uint64_t time;
	uint64_t flags;
};

struct jitdump_record {
	uint32_t kind;
	/* With what follows. */
	uint32_t bytes;
	uint64_t time;
};

/* A name follows, and the code. */
struct jitdump_load {
	uint32_t pid;
	uint32_t tid;
	uint64_t linked_address;
	uint64_t address;
	uint64_t bytes;
	uint64_t number;
};

struct jitdump_move {
	uint32_t pid;
	uint32_t tid;
	uint64_t linked_address;
	uint64_t from;
	uint64_t to;
	uint64_t bytes;
	uint64_t number;
};

/* Entries follow, the first for the first instruction. */
struct jitdump_debug_info {
	uint64_t address;
	uint64_t entries;
};

/* A file's name follows. */
struct jitdump_debug_entry {
	uint64_t address;
	uint32_t line;
	uint32_t discriminator;
};

/* So many functions, places, frames and bytes of text follow, in this order. */
struct jitdump_inlines {
	uint64_t address;
	uint32_t functions;
	uint32_t places;
	uint32_t frames;
	uint32_t text_bytes;
};

struct jitdump_inlined_function {
	/* Where its name and file begin in the text; each ends with a NUL. */
	uint32_t name;
	uint32_t file;
	uint32_t start_line;
};

/* Code from the end of the place before up to and with this offset; places ascend. */
struct jitdump_inlined_place {
	uint32_t end;
	/* The first of the frames that belong to it, that of the innermost function, and how many they are. */
	uint32_t first;
	uint32_t depth;
};

struct jitdump_inlined_frame {
	uint32_t function;
	uint32_t line;
};

_Static_assert(sizeof(struct jitdump_header) == 40, "as specified");
_Static_assert(sizeof(struct jitdump_load) == 40, "as specified");
_Static_assert(sizeof(struct jitdump_move) == 48, "as specified");

#endif
