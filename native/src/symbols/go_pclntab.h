/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table that every Go program carries for its own tracebacks, stripped ones too: names, files, lines, stack depths
 * and inlined calls of all Go functions. Layout: package runtime of Go, symtab.go and runtime2.go; Go 1.16 and later,
 * x86-64. The file is not trusted.
 */
#ifndef PROFBOUND_GO_PCLNTAB_H
#define PROFBOUND_GO_PCLNTAB_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct go_bytes {
	const uint8_t *bytes;
	size_t size;
};

struct go_layout;

struct go_pclntab {
	const struct go_layout *layout;
	/* Linked address that functions' addresses are relative to. */
	uint64_t text;
	size_t function_count;
	/* Its parts, each up to the end of the whole. */
	struct go_bytes names;
	struct go_bytes units;
	struct go_bytes files;
	struct go_bytes values;
	struct go_bytes functions;
	/* What functions refer to by offset, inline trees among it; empty when it was not found. */
	struct go_bytes data;
};

enum go_flag {
	/* Nothing called it. */
	GO_TOP_FRAME = 1,
	/* Moves to another stack, which its stack depths do not show. */
	GO_WRITES_SP = 2,
};

struct go_function {
	/* Linked addresses; padding up to the next function belongs to it. */
	uint64_t start;
	uint64_t end;
	const char *name;
	/* Of the func keyword; 0 before Go 1.20, which did not keep it. */
	uint32_t start_line;
	/* enum go_flag; none before Go 1.17. */
	uint8_t flags;
	/* Tables of values by address, for go_values_begin(); 0: there is none. */
	uint32_t depths;
	uint32_t file_numbers;
	uint32_t lines;
	uint32_t inline_numbers;
	/* Where its files' numbers begin in `units`. */
	uint32_t unit;
	/* Offset in `data`, or GO_NO_DATA. */
	uint32_t inline_tree;
};

#define GO_NO_DATA UINT32_MAX

/* A call that was inlined. */
struct go_inlined {
	const char *name;
	uint32_t start_line;
	/* An address in the function whose file, line and inlined call are those of the caller. */
	uint64_t call;
};

/* Values by address: each holds from `start` up to `end`. */
struct go_values {
	struct go_bytes rest;
	uint64_t start;
	uint64_t end;
	uint64_t limit;
	uint32_t count;
	int32_t value;
};

/* Finds the table; false when the file has none that can be read. `elf` must stay open. */
bool go_pclntab_open(struct go_pclntab *pclntab, Elf *elf);

/* The function of that number, in the order of addresses; false when what is said of it makes no sense. */
bool go_pclntab_function(const struct go_pclntab *pclntab, size_t number, struct go_function *function);

/* The function at a linked address. */
bool go_pclntab_find(const struct go_pclntab *pclntab, uint64_t address, struct go_function *function);

/* Begins before the first value of one of the function's tables. */
void go_values_begin(struct go_values *values, const struct go_pclntab *pclntab, const struct go_function *function,
		     uint32_t table);

/* Goes on to the next value; false behind the last. */
bool go_values_next(struct go_values *values);

/* The value at an address; -1 when there is none. */
int32_t go_value_at(const struct go_pclntab *pclntab, const struct go_function *function, uint32_t table,
		    uint64_t address);

/* The file at an address of the function, NULL when it is not known. */
const char *go_file_at(const struct go_pclntab *pclntab, const struct go_function *function, uint64_t address);

/* The inlined call of that number of a function's inline tree. */
bool go_inlined_call(const struct go_pclntab *pclntab, const struct go_function *function, int32_t number,
		     struct go_inlined *call);

#endif
