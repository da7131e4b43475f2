/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of all files, packed as bpf/unwind.h describes. Only grows: a file's place never changes. */
#ifndef PROFBOUND_STORE_H
#define PROFBOUND_STORE_H

#include "table.h"

/* The memory that is filled: a BPF map's, mapped here, or this process's own. */
struct store_memory {
	/* UNWIND_RULES and UNWIND_PAGES of them, zeroed. */
	struct unwind_rule *rules;
	struct unwind_page *pages;
	/* Gives UNWIND_CHUNK_ROWS zeroed rows, to be found as chunk `number`; NULL when there are no more. */
	struct unwind_row *(*new_chunk)(void *context, uint32_t number);
	void *context;
};

/* Where a file's pages are; for struct unwind_mapping. */
struct store_place {
	uint32_t first_page;
	uint32_t page_limit;
};

struct store;

/* `memory` is copied; what it leads to must stay. */
struct store *store_new(const struct store_memory *memory);

/* A store in this process's own memory. */
struct store *store_new_private(void);

/* Adds a file's table; false when it does not fit any more: then nothing of it is added. */
bool store_add(struct store *store, const struct table *table, struct store_place *place);

/* The rule for linked address `address` of a file, as the kernel's side would find it; NULL: frame pointers. */
const struct unwind_rule *store_find(const struct store *store, const struct store_place *place, uint64_t address);

/* Bytes that are used of rules, pages and rows. */
size_t store_bytes(const struct store *store);

/* Different rules. */
size_t store_rules(const struct store *store);

void store_free(struct store *store);

#endif
