/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_PATHS_H
#define PROFBOUND_PATHS_H

#include <stddef.h>

/* Joins `name` to `folder` unless it is absolute, and resolves "." and ".." by the text alone; cut to `size` - 1 bytes. */
void path_join(char *out, size_t size, const char *folder, const char *name);

/* What follows the last slash. */
const char *path_base(const char *path);

#endif
