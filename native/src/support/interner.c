// SPDX-License-Identifier: Apache-2.0
#include "support/interner.h"

#include <stdlib.h>
#include <string.h>

#include "support/fail.h"

/* Multiply and xor-shift, eight bytes at a time: every sample has each of its frames looked up. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 32;
}

static uint32_t hash_of(const unsigned char *bytes, size_t size)
{
	uint64_t hash = size, word;
	size_t at = 0;

	for (; at + sizeof(word) <= size; at += sizeof(word)) {
		memcpy(&word, bytes + at, sizeof(word));
		hash = mix(hash, word);
	}
	word = 0;
	memcpy(&word, bytes + at, size - at);
	return mix(hash, word);
}

static void place(struct interner *interner, uint32_t index)
{
	uint32_t mask = interner->slot_count - 1;
	uint32_t slot = interner->entries[index].hash & mask;

	while (interner->slots[slot])
		slot = (slot + 1) & mask;
	interner->slots[slot] = index + 1;
}

static void grow(struct interner *interner)
{
	interner->capacity = interner->capacity ? interner->capacity * 2 : 256;
	interner->entries = must_resize(interner->entries, interner->capacity, sizeof(*interner->entries));
	free(interner->slots);
	interner->slot_count = interner->capacity * 2;
	interner->slots = must_allocate(interner->slot_count, sizeof(*interner->slots));
	for (uint32_t i = 0; i < interner->count; i++)
		place(interner, i);
}

static bool find(const struct interner *interner, uint32_t hash, const void *bytes, size_t size, uint32_t *number)
{
	uint32_t mask = interner->slot_count - 1;

	if (!interner->slot_count)
		return false;
	for (uint32_t slot = hash & mask; interner->slots[slot]; slot = (slot + 1) & mask) {
		const struct interner_entry *entry = &interner->entries[interner->slots[slot] - 1];

		*number = interner->slots[slot] - 1;
		if (entry->hash == hash && entry->size == size && memcmp(entry->bytes, bytes, size) == 0)
			return true;
	}
	return false;
}

bool interner_find(const struct interner *interner, const void *bytes, size_t size, uint32_t *number)
{
	return find(interner, hash_of(bytes, size), bytes, size, number);
}

uint32_t interner_add(struct interner *interner, const void *bytes, size_t size, bool *is_new)
{
	uint32_t hash = hash_of(bytes, size), number;
	bool found = find(interner, hash, bytes, size, &number);
	struct interner_entry *entry;

	if (is_new)
		*is_new = !found;
	if (found)
		return number;
	if (interner->count == interner->capacity)
		grow(interner);
	entry = &interner->entries[interner->count];
	entry->bytes = must_allocate(size + 1, 1);
	memcpy(entry->bytes, bytes, size);
	entry->size = size;
	entry->hash = hash;
	place(interner, interner->count);
	return interner->count++;
}

void interner_free(struct interner *interner)
{
	for (uint32_t i = 0; i < interner->count; i++)
		free(interner->entries[i].bytes);
	free(interner->entries);
	free(interner->slots);
	memset(interner, 0, sizeof(*interner));
}
