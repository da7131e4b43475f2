/* SPDX-License-Identifier: Apache-2.0 */
/* The unwind tables in BPF maps: the store and the spaces, in memory that the programs read. */
#ifndef PROFBOUND_BPF_TABLES_H
#define PROFBOUND_BPF_TABLES_H

#include "unwind/spaces.h"

/* The maps of bpf/unwind_maps.bpf.h, by their descriptors. */
struct bpf_table_maps {
	int rules;
	int pages;
	int chunks;
	int spaces;
	int space_of;
	int copies_of;
	/* Counted up with every change of space_of, behind it. */
	uint32_t *space_changes;
};

struct bpf_tables;

/* NULL, with errno set, when the maps cannot be mapped into memory. */
struct bpf_tables *bpf_tables_new(const struct bpf_table_maps *maps);

/* The store whose memory the maps are. */
struct store *bpf_tables_store(const struct bpf_tables *tables);

/* Where spaces go. */
struct spaces_output bpf_tables_output(struct bpf_tables *tables);

void bpf_tables_free(struct bpf_tables *tables);

#endif
