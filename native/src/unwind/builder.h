/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Has ELF files read by processes that can do nothing else: each file by a new one, without capabilities, with what is
 * open and memory (target/confinement.h), bounded in CPU time, memory and wall time. What it answers is checked, so that
 * a file that takes its reader over gains a wrong unwind table of itself, no more.
 */
#ifndef PROFBOUND_BUILDER_H
#define PROFBOUND_BUILDER_H

#include "symbols/elf_image.h"
#include "unwind/table.h"
#include "unwind/table_cache.h"

/* What reads the table: table_read() but in tests. */
typedef bool table_reader(struct table *table, Elf *elf);

struct builder;

/*
 * Starts the process all readers descend from: early, so that they hold nothing of the capture. NULL when it cannot be
 * had, with errno set. What is in `cache`, unless that is NULL, is not read again; it stays the caller's.
 */
struct builder *builder_new(table_reader *read, struct table_cache *cache);

/*
 * Reads the file open as `elf_fd`, from wherever its offset is. `layout` gets the executable segments and the build id
 * (without an Elf; elf_image_close() frees it), `table` the unwind table. False when there is no table, because the
 * file has none or because its reader failed; both are empty then, or `layout` alone is filled.
 */
bool builder_table(struct builder *builder, int elf_fd, struct elf_image *layout, struct table *table);

/* Files whose reader crashed, took too long or too much memory, or answered nonsense. */
size_t builder_failures(const struct builder *builder);

/* Ends it; the CPU time all of it took, in nanoseconds. */
uint64_t builder_free(struct builder *builder);

#endif
