/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_PATHS_H
#define PROFBOUND_PATHS_H

#include <stddef.h>

/* Joins `name` to `folder` unless it is absolute, and resolves "." and ".." by the text alone; cut to `size` - 1 bytes. */
void path_join(char *out, size_t size, const char *folder, const char *name);

/*
 * Opens `path` below the folder `root` as a process with that root would: absolute links stay inside. -1 with errno set;
 * `flags` as open(2) takes them.
 */
int path_open_below(int root, const char *path, int flags);

/* What follows the last slash. */
const char *path_base(const char *path);

#endif
