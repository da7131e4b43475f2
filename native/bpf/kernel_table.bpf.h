/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the kernel has its unwind table. */
#ifndef PROFBOUND_KERNEL_TABLE_BPF_H
#define PROFBOUND_KERNEL_TABLE_BPF_H

#include "kernel_walk.bpf.h"

/* Symbols of the kernel's linker script. */
static __always_inline __u64 address_of(const char *symbol, __u32 bytes)
{
	__u64 address = 0;

	return bpf_kallsyms_lookup_name(symbol, bytes, 0, &address) ? 0 : address;
}

#define ADDRESS_OF(symbol)                                                                                                     \
	({                                                                                                                     \
		static const char name[] = symbol;                                                                             \
		address_of(name, sizeof(name));                                                                                \
	})

/* Where the code of a row lies; 0 when it cannot be read. */
static __always_inline __u64 code_of_row(const struct kernel_table *table, __u32 row)
{
	__u64 address = table->places + 4 * (__u64)row;
	__s32 place;

	return bpf_probe_read_kernel(&place, sizeof(place), (const void *)address) ? 0 : address + (__s64)place;
}

static long fill_block(__u32 index, struct kernel_table *table)
{
	__u64 code = code_of_row(table, index * KERNEL_BLOCK_ROWS);

	if (index >= KERNEL_BLOCKS || index * KERNEL_BLOCK_ROWS >= table->count)
		return 1;
	/* Of a table that cannot be read whole nothing is known. */
	if (code < table->code) {
		table->count = 0;
		return 1;
	}
	kernel_blocks[index] = code - table->code;
	return 0;
}

static long fill_page(__u32 page, struct kernel_table *table)
{
	if (page > KERNEL_PAGES)
		return 1;
	kernel_pages[page] = find_kernel_block(0, (table->count - 1) / KERNEL_BLOCK_ROWS, page << KERNEL_PAGE_BITS);
	return page << KERNEL_PAGE_BITS > table->code_bytes;
}

static __always_inline bool knows_format(__u64 header)
{
	static const __u8 known[KERNEL_FORMAT_BYTES] = KERNEL_FORMAT;
	__u8 found[KERNEL_FORMAT_BYTES];

	if (!header || bpf_probe_read_kernel(found, sizeof(found), (const void *)header))
		return false;
	for (int i = 0; i < KERNEL_FORMAT_BYTES; i++) {
		if (found[i] != known[i])
			return false;
	}
	return true;
}

/* Run by the collector once: finds the table. */
SEC("syscall")
int find_kernel_table(void *context)
{
	struct kernel_table table = { .places = ADDRESS_OF("__start_orc_unwind_ip"), .rows = ADDRESS_OF("__start_orc_unwind") };
	__u64 end = ADDRESS_OF("__stop_orc_unwind_ip"), last;

	if (!table.places || !table.rows || end <= table.places || (end - table.places) / 4 > KERNEL_BLOCKS * KERNEL_BLOCK_ROWS ||
	    !knows_format(ADDRESS_OF("__start_orc_header")))
		return 0;
	table.count = (end - table.places) / 4;
	table.code = code_of_row(&table, 0);
	last = code_of_row(&table, table.count - 1);
	if (!table.code || last <= table.code || last - table.code >= 1ULL * KERNEL_PAGES << KERNEL_PAGE_BITS)
		return 0;
	table.code_bytes = last - table.code;
	table.returns[0] = ADDRESS_OF("return_to_handler");
	table.returns[1] = ADDRESS_OF("arch_rethook_trampoline");
	table.returns[2] = ADDRESS_OF("__kretprobe_trampoline");
	bpf_loop(KERNEL_BLOCKS, fill_block, &table, 0);
	if (!table.count)
		return 0;
	bpf_loop(KERNEL_PAGES + 1, fill_page, &table, 0);
	kernel_table = table;
	return 0;
}

#endif
