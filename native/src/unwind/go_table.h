/* SPDX-License-Identifier: Apache-2.0 */
/* Unwind tables of Go code, which has no .eh_frame: from the stack depths that Go keeps for its own tracebacks. */
#ifndef PROFBOUND_GO_TABLE_H
#define PROFBOUND_GO_TABLE_H

#include "unwind/table.h"

/*
 * Puts the rows of a Go program's functions into `table`, in place of those it has for their addresses. The file is not
 * trusted. False when it is no Go program; `table` is then as it was.
 */
bool go_table_read(struct table *table, Elf *elf);

#endif
