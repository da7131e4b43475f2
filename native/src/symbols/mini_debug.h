/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_MINI_DEBUG_H
#define PROFBOUND_MINI_DEBUG_H

#include <libelf.h>

#include "symbols/symbols.h"

/*
 * Adds the functions of .gnu_debugdata, the compressed symbol table that Fedora and its kin leave in stripped files
 * ("MiniDebugInfo" in GDB's manual). The caller sorts. The file is not trusted.
 */
void mini_debug_read(struct symbols *symbols, Elf *elf);

#endif
