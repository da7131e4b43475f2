/* SPDX-License-Identifier: Apache-2.0 */
/* What the names of a capture take, over all its files and processes, and what of them could not be read or kept. */
#ifndef PROFBOUND_NAMING_ACCOUNT_H
#define PROFBOUND_NAMING_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/notes.h"

enum naming_loss {
	/* Lines of perf maps that are not of their form. */
	LOSS_LINES,
	/* Records of jitdump files that are not of theirs. */
	LOSS_RECORDS,
	/* jitdump files with more records or bytes than are read. */
	LOSS_JITDUMP_ENDS,
	/* Bytes of perf maps beyond those that are read. */
	LOSS_MAP_BYTES,
	/* Files, and processes with generated code, of which not all symbols found room. */
	LOSS_SYMBOLS,
	/* Frames in generated code that are not told apart by their times. */
	LOSS_MOMENTS,
	NAMING_LOSSES,
};

struct naming_account {
	/* Of generated code. */
	size_t bytes;
	unsigned long long losses[NAMING_LOSSES];
};

/* Takes room for what describes generated code; false when MAX_GENERATED_BYTES are taken. Without an account there is room. */
bool naming_reserve(struct naming_account *account, size_t bytes);

/* Counts a loss; nothing without an account. */
void naming_lose(struct naming_account *account, enum naming_loss loss, uint64_t count);

/* Adds a sentence for each kind of loss there was. */
void naming_note(const struct naming_account *account, struct notes *notes);

#endif
