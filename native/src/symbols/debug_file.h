/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_DEBUG_FILE_H
#define PROFBOUND_DEBUG_FILE_H

#include "symbols/elf_image.h"

/*
 * Opens the separate debug file of `image`, which was mapped from `path`: by build id below /usr/lib/debug, else by
 * .gnu_debuglink beside the file, in .debug beside it, and below /usr/lib/debug. -1 when none is there that belongs to it.
 */
int debug_file_open(const struct elf_image *image, const char *path);

#endif
