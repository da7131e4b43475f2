/* SPDX-License-Identifier: Apache-2.0 */
/* `profbound-collect unwind-table FILE [--store]` */
#ifndef PROFBOUND_TABLE_LISTING_H
#define PROFBOUND_TABLE_LISTING_H

#include <stdbool.h>

/*
 * Prints a file's unwind table row by row, to be compared with `readelf -wF`, and what it comes to. `from_store`: the rules
 * as they are found once the table is packed for the kernel. Returns the exit code.
 */
int table_listing_run(const char *path, bool from_store);

#endif
