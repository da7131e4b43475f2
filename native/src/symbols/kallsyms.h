/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_KALLSYMS_H
#define PROFBOUND_KALLSYMS_H

#include "symbols/symbols.h"

/* Opens /proc/kallsyms; -1 when there is no such file. What it shows depends on the rights of who opens it, not of who reads it. */
int kallsyms_open(void);

/* Reads it from the beginning; false when the kernel hides addresses (kernel.kptr_restrict). */
bool kallsyms_read(struct symbols *symbols, int fd);

#endif
