// SPDX-License-Identifier: Apache-2.0
#include "annotation/calls.h"

#include <stdlib.h>

#include "annotation/instructions.h"
#include "support/fail.h"

/* Whether the instruction that ends at `end` is a call; fills in where it leads. */
static bool read_call(struct instruction instruction, size_t end, size_t size, struct call *call)
{
	call->target = (int64_t)end + instruction.distance;
	call->is_indirect = instruction.is_indirect;
	call->is_tail = !instruction.is_call;
	if (instruction.is_call || instruction.is_indirect)
		return true;
	if (instruction.kind != INSTRUCTION_JUMP && instruction.kind != INSTRUCTION_BRANCH)
		return false;
	return call->target < 0 || call->target >= (int64_t)size;
}

size_t calls_find(const uint8_t *code, size_t size, struct call **calls)
{
	size_t count = 0, capacity = 0, at = 0;

	*calls = NULL;
	while (at < size) {
		struct instruction instruction = instruction_read(code + at, size - at);
		struct call call = { .offset = at };

		if (instruction.length == 0)
			break;
		at += instruction.length;
		if (!read_call(instruction, at, size, &call))
			continue;
		if (count == capacity) {
			capacity = capacity ? capacity * 2 : 16;
			*calls = must_resize(*calls, capacity, sizeof(**calls));
		}
		(*calls)[count++] = call;
	}
	return count;
}
