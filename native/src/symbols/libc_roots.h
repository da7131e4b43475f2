/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_LIBC_ROOTS_H
#define PROFBOUND_LIBC_ROOTS_H

#include <libelf.h>

#include "symbols/symbols.h"

/*
 * Finds in a stripped glibc the two functions where threads begin, which only its removed symbol table names, and adds
 * them to `symbols` (which is sorted before and after): without them no stack of a program could be known to be complete.
 *
 * __libc_start_call_main lies right before __libc_start_main. start_thread lies a few functions before pthread_create, and
 * it is the one whose address is taken there. Where functions begin is read from .eh_frame_hdr.
 */
void libc_roots_add(struct symbols *symbols, Elf *elf, const char *path);

#endif
