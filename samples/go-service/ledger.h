// How often each page was served, kept by C code as it came from an older program.
#ifndef LEDGER_H
#define LEDGER_H

#include <stdint.h>

// Counts a page that was served; may be called from any thread.
void ledger_record(uint64_t tag);

#endif
