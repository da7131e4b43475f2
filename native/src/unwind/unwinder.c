// SPDX-License-Identifier: Apache-2.0
#include "unwind/unwinder.h"

#include <string.h>

static long unwind_read(void *memory, __u64 address, void *to, __u32 bytes)
{
	const struct stack_copy *stack = memory;
	uint64_t offset = address - stack->address;

	if (address < stack->address || offset > stack->size || stack->size - offset < bytes)
		return -1;
	memcpy(to, stack->bytes + offset, bytes);
	return 0;
}

static long unwind_word(void *memory, __u64 address, __u64 *to)
{
	return unwind_read(memory, address, to, sizeof(*to));
}

#include "unwind_step.h"

const struct unwind_mapping *unwinder_mapping(const struct unwind_space *space, uint64_t address)
{
	uint32_t low = 0, high = space->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (space->mappings[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < space->count && space->mappings[low].start <= address ? &space->mappings[low] : NULL;
}

static struct unwind_rule find_rule(const struct store *store, const struct unwind_mapping *mapping, const struct stack_copy *stack,
				    const struct unwind_state *state)
{
	const struct store_place place = { .first_page = mapping->first_page, .page_limit = mapping->page_limit };
	const struct unwind_rule *rule = store_find(store, &place, unwind_code(state) - mapping->base);

	return rule ? *rule
		    : (struct unwind_rule){ .cfa = unwind_without_rule((void *)stack, state, mapping->page_limit != 0) };
}

static uint64_t tagged(const struct unwind_state *state, const struct unwind_rule *rule)
{
	uint64_t frame = state->rip;

	if (unwind_is_guessed(rule))
		frame |= UNWIND_BY_FRAME_POINTER;
	if (state->is_exact && !state->is_leaf)
		frame |= UNWIND_INTERRUPTED;
	return frame;
}

void unwinder_walk(const struct store *store, const struct unwind_space *space, const uint64_t *registers,
		   const struct stack_copy *stack, struct stack_walk *walk)
{
	struct unwind_state state;
	int step = UNWIND_GOES_ON;

	unwind_begin(&state, (const __u64 *)registers);
	walk->depth = 0;
	while (step == UNWIND_GOES_ON) {
		const struct unwind_mapping *mapping = unwinder_mapping(space, unwind_code(&state));
		struct unwind_rule rule;

		if (walk->depth == walk->limit) {
			step = UNWIND_TRUNCATED;
			break;
		}
		if (!mapping) {
			step = state.is_guess ? UNWIND_CHAIN_ENDED : UNWIND_NO_MAPPING;
			walk->missing = unwind_code(&state);
			break;
		}
		rule = find_rule(store, mapping, stack, &state);
		walk->frames[walk->depth++] = tagged(&state, &rule);
		step = unwind_step((void *)stack, &rule, mapping->page_limit != 0, (const __u64 *)registers, &state);
	}
	if (walk->depth == 0)
		walk->frames[walk->depth++] = registers[UNWIND_RIP];
	walk->end = step;
}
