// SPDX-License-Identifier: Apache-2.0
#include "symbols/naming_account.h"

#include "support/bounds.h"

bool naming_reserve(struct naming_account *account, size_t bytes)
{
	if (!account)
		return true;
	if (bytes > MAX_GENERATED_BYTES - account->bytes)
		return false;
	account->bytes += bytes;
	return true;
}

void naming_lose(struct naming_account *account, enum naming_loss loss, uint64_t count)
{
	if (account)
		account->losses[loss] += count;
}

static void note_unread(const unsigned long long *losses, struct notes *notes)
{
	if (losses[LOSS_LINES])
		notes_add(notes, "%llu lines of perf maps are not of their form (START SIZE NAME): what they were to name has no name, or an "
				 "earlier one.",
			  losses[LOSS_LINES]);
	if (losses[LOSS_RECORDS])
		notes_add(notes, "%llu records of jitdump files are damaged: what they, or those behind them, were to name has no name, or "
				 "an earlier one.",
			  losses[LOSS_RECORDS]);
	if (losses[LOSS_JITDUMP_ENDS])
		notes_add(notes, "%llu jitdump files were not read to their ends: they have more than %lu records or %llu MB.",
			  losses[LOSS_JITDUMP_ENDS], MAX_JITDUMP_RECORDS, MAX_JITDUMP_BYTES >> 20);
	if (losses[LOSS_MAP_BYTES])
		notes_add(notes, "%llu bytes of perf maps were not read: together they have more than %lu MB. What they were to name has no "
				 "name, or an earlier one.",
			  losses[LOSS_MAP_BYTES], MAX_PERF_MAP_BYTES >> 20);
}

static void note_left_out(const unsigned long long *losses, struct notes *notes)
{
	if (losses[LOSS_SYMBOLS])
		notes_add(notes, "Some functions of %llu files, or of processes that generate code, have no names: one has more than %lu "
				 "symbols or %lu MB of names, or all generated code has more than %lu MB of them.",
			  losses[LOSS_SYMBOLS], MAX_SYMBOLS, MAX_NAMES_BYTES >> 20, MAX_GENERATED_BYTES >> 20);
	if (losses[LOSS_MOMENTS])
		notes_add(notes, "%llu frames in generated code are named by what was there last: more than %u places and times were sampled "
				 "before.",
			  losses[LOSS_MOMENTS], MAX_TIMED_LOCATIONS);
}

void naming_note(const struct naming_account *account, struct notes *notes)
{
	note_unread(account->losses, notes);
	note_left_out(account->losses, notes);
}
