/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_LIBC_ROOTS_H
#define PROFBOUND_LIBC_ROOTS_H

#include <libelf.h>

#include "symbols.h"

/*
 * Finds in a stripped glibc the two functions where threads begin, which only its removed symbol table names, and adds
 * them to `symbols` (which is sorted before and after): without them no stack of a program could be known to be complete.
 *
 * __libc_start_call_main lies right before __libc_start_main, and start_thread is the one function without a name whose
 * address pthread_create takes. Where functions begin is read from .eh_frame_hdr.
 */
void libc_roots_add(struct symbols *symbols, Elf *elf, const char *path);

#endif
