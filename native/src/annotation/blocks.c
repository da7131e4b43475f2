// SPDX-License-Identifier: Apache-2.0
#include "annotation/blocks.h"

#include <stdbool.h>
#include <stdlib.h>

#include "annotation/instructions.h"
#include "support/fail.h"

/* What is known of each byte of the code. */
enum { BEGINS_INSTRUCTION = 1, BEGINS_BLOCK = 2 };

static void mark_target(uint8_t *marks, size_t size, size_t from, int32_t distance)
{
	int64_t target = (int64_t)from + distance;

	if (target >= 0 && (uint64_t)target < size)
		marks[target] |= BEGINS_BLOCK;
}

/* Marks instructions and blocks; the value is how many bytes could be read. */
static size_t mark(const uint8_t *code, size_t size, uint8_t *marks)
{
	size_t at = 0;

	marks[0] |= BEGINS_BLOCK;
	while (at < size) {
		struct instruction instruction = instruction_read(code + at, size - at);

		if (instruction.length == 0)
			return at;
		marks[at] |= BEGINS_INSTRUCTION;
		at += instruction.length;
		if (instruction.kind == INSTRUCTION_PLAIN)
			continue;
		if (instruction.kind != INSTRUCTION_END)
			mark_target(marks, size, at, instruction.distance);
		if (at < size)
			marks[at] |= BEGINS_BLOCK;
	}
	return size;
}

size_t blocks_find(const uint8_t *code, size_t size, struct block **blocks)
{
	uint8_t *marks = must_allocate(size, 1);
	size_t count = 0, capacity = 0, end = size ? mark(code, size, marks) : 0;

	*blocks = NULL;
	for (size_t at = 0; at < end; at++) {
		/* A target within an instruction is none: the code was misread, or is a trick. */
		bool begins = marks[at] & BEGINS_INSTRUCTION;

		if (begins && marks[at] & BEGINS_BLOCK) {
			if (count == capacity) {
				capacity = capacity ? capacity * 2 : 16;
				*blocks = must_resize(*blocks, capacity, sizeof(**blocks));
			}
			(*blocks)[count++] = (struct block){ .offset = at };
		}
		(*blocks)[count - 1].bytes++;
		(*blocks)[count - 1].instructions += begins;
	}
	free(marks);
	return count;
}
