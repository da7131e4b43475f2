// SPDX-License-Identifier: Apache-2.0
#include "profile/stacks.h"

#include <stdlib.h>
#include <string.h>

#include "support/fail.h"

#define KEY_WORDS (sizeof(struct stack_key) / sizeof(uint32_t))

_Static_assert(sizeof(struct stack_key) % sizeof(uint32_t) == 0, "frames follow the key without padding");

uint32_t stacks_add(struct stacks *stacks, const struct stack_key *key, const uint32_t *frames, uint32_t depth,
		    uint64_t count, uint64_t nanoseconds)
{
	uint32_t words = KEY_WORDS + depth, index;

	if (words > stacks->scratch_capacity) {
		stacks->scratch_capacity = words * 2;
		stacks->scratch = must_resize(stacks->scratch, stacks->scratch_capacity, sizeof(*stacks->scratch));
	}
	memcpy(stacks->scratch, key, sizeof(*key));
	if (depth)
		memcpy(stacks->scratch + KEY_WORDS, frames, depth * sizeof(*frames));
	index = interner_add(&stacks->distinct, stacks->scratch, words * sizeof(uint32_t), NULL);
	if (index >= stacks->capacity) {
		uint32_t before = stacks->capacity;

		stacks->capacity = before ? before * 2 : 256;
		stacks->weights = must_resize(stacks->weights, stacks->capacity, sizeof(*stacks->weights));
		memset(stacks->weights + before, 0, (stacks->capacity - before) * sizeof(*stacks->weights));
	}
	stacks->weights[index].count += count;
	stacks->weights[index].nanoseconds += nanoseconds;
	return index;
}

void stacks_weigh(struct stacks *stacks, uint32_t index, uint64_t count, uint64_t nanoseconds)
{
	stacks->weights[index].count += count;
	stacks->weights[index].nanoseconds += nanoseconds;
}

uint32_t stacks_count(const struct stacks *stacks)
{
	return stacks->distinct.count;
}

struct stack stacks_at(const struct stacks *stacks, uint32_t index)
{
	const struct interner_entry *entry = &stacks->distinct.entries[index];
	const uint32_t *words = (const uint32_t *)entry->bytes;

	return (struct stack){
		.key = (const struct stack_key *)words,
		.frames = words + KEY_WORDS,
		.depth = entry->size / sizeof(uint32_t) - KEY_WORDS,
		.count = stacks->weights[index].count,
		.nanoseconds = stacks->weights[index].nanoseconds,
	};
}

void stacks_free(struct stacks *stacks)
{
	interner_free(&stacks->distinct);
	free(stacks->weights);
	free(stacks->scratch);
	memset(stacks, 0, sizeof(*stacks));
}
