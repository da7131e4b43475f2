/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unwind tables kept from one capture to the next, in a folder of the run's own: what a reader answered of a file, under
 * that file's identity. Read back, it is checked as an answer is, so that nothing is believed of a folder that is not
 * believed of a reader; yet it must be this user's alone.
 */
#ifndef PROFBOUND_TABLE_CACHE_H
#define PROFBOUND_TABLE_CACHE_H

#include <stdbool.h>

struct table_cache;

/* NULL, with errno set, when the folder is not there, is not this user's, or others may write to it. */
struct table_cache *table_cache_open(const char *folder);

/* What was answered of the file open as `elf_fd`, open for reading; -1 when nothing is kept of it. */
int table_cache_find(const struct table_cache *cache, int elf_fd);

/* A new file to write the answer to, or -1: it is kept when table_cache_keep() says so, and gone otherwise. */
int table_cache_begin(struct table_cache *cache);

/* Keeps the answer written to `fd`, if `is_whole`, and closes it. */
void table_cache_keep(struct table_cache *cache, int elf_fd, int fd, bool is_whole);

void table_cache_free(struct table_cache *cache);

#endif
