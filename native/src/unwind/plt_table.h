/* SPDX-License-Identifier: Apache-2.0 */
/* Unwind tables of procedure linkage tables that have no unwind information: lld writes none, GNU ld does. */
#ifndef PROFBOUND_PLT_TABLE_H
#define PROFBOUND_PLT_TABLE_H

#include "unwind/frame_table.h"

/* Puts rules for the entries of the file's PLT into the gaps of `table`, those within `code` alone. The file is not trusted. */
void plt_table_fill(struct table *table, Elf *elf, const struct code_range *code, size_t code_count);

#endif
