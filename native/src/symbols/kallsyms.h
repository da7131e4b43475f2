/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_KALLSYMS_H
#define PROFBOUND_KALLSYMS_H

#include "symbols/symbols.h"

/* Reads /proc/kallsyms; false when the kernel hides addresses (kernel.kptr_restrict) or there is no such file. */
bool kallsyms_read(struct symbols *symbols);

#endif
