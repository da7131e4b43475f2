/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses in a file, as linked. */
#ifndef PROFBOUND_ADDRESSES_H
#define PROFBOUND_ADDRESSES_H

#include <stddef.h>
#include <stdint.h>

struct addresses {
	/* The caller's to free. */
	uint64_t *entries;
	size_t count;
	size_t capacity;
};

/* Adds one of `struct addresses`; those beyond MAX_ANNOTATED_ADDRESSES are left out. */
void addresses_add(void *addresses, uint64_t address);

/* Puts them into their order, each once. */
void addresses_sort(struct addresses *addresses);

/* Reads them from standard input, hexadecimal, one a line; fails at what is none. */
void addresses_read(struct addresses *addresses);

#endif
