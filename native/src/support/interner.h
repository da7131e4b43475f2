/* SPDX-License-Identifier: Apache-2.0 */
/* Gives every distinct byte string a small number, in order of first sight. */
#ifndef PROFBOUND_INTERNER_H
#define PROFBOUND_INTERNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct interner_entry {
	char *bytes;
	uint32_t size;
	uint32_t hash;
};

struct interner {
	struct interner_entry *entries;
	uint32_t count;
	uint32_t capacity;
	uint32_t *slots; /* entry index + 1; 0 is free */
	uint32_t slot_count;
};

/* The number of `bytes`; `*is_new` (may be NULL) tells whether it was given just now. The bytes are copied. */
uint32_t interner_add(struct interner *interner, const void *bytes, size_t size, bool *is_new);

/* Whether `bytes` have a number, and which. */
bool interner_find(const struct interner *interner, const void *bytes, size_t size, uint32_t *number);

void interner_free(struct interner *interner);

#endif
