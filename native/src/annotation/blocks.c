// SPDX-License-Identifier: Apache-2.0
#include "annotation/blocks.h"

#include <stdbool.h>
#include <stdlib.h>

#include "annotation/instructions.h"
#include "support/fail.h"

/* What is known of each byte of the code. */
enum { BEGINS_INSTRUCTION = 1, BEGINS_BLOCK = 2, IS_CASE = 4 };

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

struct marked {
	uint8_t *marks;
	size_t end;
};

/* A table ends where an entry leads to no instruction of the function. */
static bool mark_case(void *context, int64_t target)
{
	const struct marked *marked = context;

	if (target < 0 || target >= (int64_t)marked->end || !(marked->marks[target] & BEGINS_INSTRUCTION))
		return false;
	marked->marks[target] |= BEGINS_BLOCK | IS_CASE;
	return true;
}

/* Whether a block begins at a target. One within an instruction is none: the code was misread, or is a trick. */
static bool is_block(const uint8_t *marks, size_t end, int64_t target)
{
	return target >= 0 && target < (int64_t)end && (marks[target] & ~IS_CASE) == (BEGINS_INSTRUCTION | BEGINS_BLOCK);
}

/* Fills in where a block leads whose last instruction ends at `at`. */
static void end_block(struct block *block, struct instruction last, const uint8_t *marks, size_t at, size_t end)
{
	int64_t target = (int64_t)at + last.distance;
	bool has_target = last.kind == INSTRUCTION_BRANCH || last.kind == INSTRUCTION_JUMP;
	bool falls_through = last.kind == INSTRUCTION_PLAIN || last.kind == INSTRUCTION_BRANCH;

	block->goes_on = falls_through && at < end;
	block->jumps = has_target && is_block(marks, end, target);
	block->target = block->jumps ? target : 0;
	if (last.is_indirect && !last.is_call)
		block->exit = BLOCK_GOES_BY_POINTER;
	else if (block->goes_on < falls_through || block->jumps < has_target || last.kind == INSTRUCTION_END)
		block->exit = BLOCK_LEAVES;
}

size_t blocks_find(const uint8_t *code, size_t size, const struct linked_memory *memory, struct block **blocks)
{
	uint8_t *marks = must_allocate(size, 1);
	size_t count = 0, capacity = 0, end = size ? mark(code, size, marks) : 0, next;

	*blocks = NULL;
	if (memory)
		jump_tables_find(code, end, memory, mark_case, &(struct marked){ marks, end });
	for (size_t at = 0; at < end; at = next) {
		struct instruction instruction = instruction_read(code + at, size - at);

		next = at + instruction.length;
		if (marks[at] & BEGINS_BLOCK) {
			if (count == capacity) {
				capacity = capacity ? capacity * 2 : 16;
				*blocks = must_resize(*blocks, capacity, sizeof(**blocks));
			}
			(*blocks)[count++] = (struct block){ .offset = at, .is_case = marks[at] & IS_CASE };
		}
		(*blocks)[count - 1].bytes += instruction.length;
		(*blocks)[count - 1].instructions++;
		if (next == end || marks[next] & BEGINS_BLOCK)
			end_block(&(*blocks)[count - 1], instruction, marks, next, end);
	}
	free(marks);
	return count;
}
