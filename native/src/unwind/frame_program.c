// SPDX-License-Identifier: Apache-2.0
#include "unwind/frame_program.h"

#include <dwarf.h>

#include "support/bounds.h"
#include "unwind/frame_rule.h"

/* The high two bits of these say which, the low six are the first operand: DWARF 5, section 7.24. */
#define PACKED 0xc0

struct program {
	const struct frame_section *section;
	const struct frame_cie *cie;
	struct byte_reader reader;
	struct frame_line line;
	struct frame_line remembered[MAX_REMEMBERED_LINES];
	size_t remembered_count;
	/* The line holds from `location` on; rows are written up to `end`. No table: a CIE's instructions. */
	uint64_t location;
	uint64_t end;
	struct table *table;
	bool failed;
};

/* Where a register is described; NULL for one that is not followed. */
static struct frame_register *column(struct program *program, uint64_t number)
{
	switch (number) {
	case UNWIND_RBP: return &program->line.columns[FRAME_RBP];
	case UNWIND_RBX: return &program->line.columns[FRAME_RBX];
	case UNWIND_RIP: return &program->line.columns[FRAME_RETURN_ADDRESS];
	default: return NULL;
	}
}

static void set_place(struct program *program, uint64_t number, enum frame_place place)
{
	struct frame_register *described = column(program, number);

	if (described)
		*described = (struct frame_register){ .place = place };
}

static int64_t factored(struct program *program, int64_t number)
{
	int64_t offset;

	program->failed |= __builtin_mul_overflow(number, program->cie->data_factor, &offset);
	return offset;
}

static void set_offset(struct program *program, uint64_t number, int64_t factors)
{
	struct frame_register *described = column(program, number);
	int64_t offset = factored(program, factors);

	if (described)
		*described = (struct frame_register){ .place = FRAME_AT_OFFSET, .offset = offset };
}

static struct frame_expression read_expression(struct program *program)
{
	uint64_t size = read_uleb128(&program->reader);
	const uint8_t *bytes = read_bytes(&program->reader, size);

	return (struct frame_expression){ .bytes = bytes, .size = bytes ? size : 0 };
}

static void set_expression(struct program *program, uint64_t number)
{
	struct frame_register *described = column(program, number);
	struct frame_expression expression = read_expression(program);

	if (described)
		*described = (struct frame_register){ .place = FRAME_AT_EXPRESSION, .expression = expression };
}

static void restore(struct program *program, uint64_t number)
{
	struct frame_register *described = column(program, number);

	if (described)
		*described = program->cie->first.columns[described - program->line.columns];
}

static void remember(struct program *program)
{
	if (program->remembered_count == MAX_REMEMBERED_LINES)
		program->failed = true;
	else
		program->remembered[program->remembered_count++] = program->line;
}

static void recall(struct program *program)
{
	if (program->remembered_count == 0)
		program->failed = true;
	else
		program->line = program->remembered[--program->remembered_count];
}

/* Writes the row that ends at `location`. */
static void go_to(struct program *program, uint64_t location)
{
	struct unwind_rule rule;

	if (!program->table || location < program->location) {
		program->failed = true;
		return;
	}
	if (location > program->location && program->location < program->end) {
		rule = frame_rule(&program->line, program->cie->is_signal);
		program->failed |= !table_add(program->table, program->location, &rule);
	}
	program->location = location;
}

static void advance(struct program *program, uint64_t factors)
{
	uint64_t distance, location;

	if (__builtin_mul_overflow(factors, program->cie->code_factor, &distance) ||
	    __builtin_add_overflow(program->location, distance, &location))
		program->failed = true;
	else
		go_to(program, location);
}

static void set_location(struct program *program)
{
	uint64_t location;

	if (frame_pointer_read(program->section, &program->reader, program->cie->encoding, &location))
		go_to(program, location);
	else
		program->failed = true;
}

/* Instructions about the CFA; false when this is none. */
static bool run_cfa(struct program *program, uint8_t instruction)
{
	struct byte_reader *reader = &program->reader;
	struct frame_line *line = &program->line;

	switch (instruction) {
	case DW_CFA_def_cfa:
	case DW_CFA_def_cfa_sf:
	case DW_CFA_def_cfa_register:
		line->cfa_register = read_uleb128(reader);
		line->cfa = (struct frame_expression){ 0 };
		if (instruction == DW_CFA_def_cfa)
			line->cfa_offset = read_uleb128(reader);
		else if (instruction == DW_CFA_def_cfa_sf)
			line->cfa_offset = factored(program, read_sleb128(reader));
		return true;
	case DW_CFA_def_cfa_offset: line->cfa_offset = read_uleb128(reader); return true;
	case DW_CFA_def_cfa_offset_sf: line->cfa_offset = factored(program, read_sleb128(reader)); return true;
	case DW_CFA_def_cfa_expression: line->cfa = read_expression(program); return true;
	default: return false;
	}
}

/* Instructions about one register, and those that need no more than their operands skipped. */
static void run_register(struct program *program, uint8_t instruction)
{
	struct byte_reader *reader = &program->reader;
	/* All of them begin with a number in this form. */
	uint64_t number = read_uleb128(reader);

	switch (instruction) {
	case DW_CFA_offset_extended: set_offset(program, number, read_uleb128(reader)); break;
	case DW_CFA_offset_extended_sf: set_offset(program, number, read_sleb128(reader)); break;
	case DW_CFA_GNU_negative_offset_extended: set_offset(program, number, -read_uleb128(reader)); break;
	case DW_CFA_restore_extended: restore(program, number); break;
	case DW_CFA_undefined: set_place(program, number, FRAME_UNDEFINED); break;
	case DW_CFA_same_value: set_place(program, number, FRAME_SAME); break;
	case DW_CFA_expression: set_expression(program, number); break;
	case DW_CFA_register:
	case DW_CFA_val_offset:
	case DW_CFA_val_offset_sf:
		read_uleb128(reader);
		set_place(program, number, FRAME_ELSEWHERE);
		break;
	case DW_CFA_val_expression:
		read_expression(program);
		set_place(program, number, FRAME_ELSEWHERE);
		break;
	/* Of arguments on the stack; only landing pads need it. */
	case DW_CFA_GNU_args_size: break;
	default: program->failed = true;
	}
}

static void run_instruction(struct program *program)
{
	uint8_t instruction = read_byte(&program->reader), operand = instruction & ~PACKED;

	switch (instruction & PACKED) {
	case DW_CFA_advance_loc: advance(program, operand); return;
	case DW_CFA_offset: set_offset(program, operand, read_uleb128(&program->reader)); return;
	case DW_CFA_restore: restore(program, operand); return;
	}
	switch (instruction) {
	case DW_CFA_nop: break;
	case DW_CFA_advance_loc1: advance(program, read_unsigned(&program->reader, 1)); break;
	case DW_CFA_advance_loc2: advance(program, read_unsigned(&program->reader, 2)); break;
	case DW_CFA_advance_loc4: advance(program, read_unsigned(&program->reader, 4)); break;
	case DW_CFA_set_loc: set_location(program); break;
	case DW_CFA_remember_state: remember(program); break;
	case DW_CFA_restore_state: recall(program); break;
	default:
		if (!run_cfa(program, instruction))
			run_register(program, instruction);
	}
}

static bool run(struct program *program)
{
	while (!program->failed && !program->reader.failed && bytes_left(&program->reader))
		run_instruction(program);
	return !program->failed && !program->reader.failed;
}

/* Member by member: the remembered lines need no zeroes, and this is done for every function. */
static void prepare(struct program *program, const struct frame_section *section, const struct frame_cie *cie,
		    struct byte_reader instructions)
{
	program->section = section;
	program->cie = cie;
	program->reader = instructions;
	program->line = cie->first;
	program->remembered_count = 0;
	program->location = 0;
	program->end = 0;
	program->table = NULL;
	program->failed = false;
}

bool frame_program_begin(const struct frame_section *section, struct frame_cie *cie, struct byte_reader instructions)
{
	struct program program;

	prepare(&program, section, cie, instructions);
	if (!run(&program))
		return false;
	cie->first = program.line;
	return true;
}

bool frame_program_run(const struct frame_section *section, const struct frame_cie *cie, struct byte_reader instructions,
		       uint64_t start, uint64_t end, struct table *table)
{
	struct program program;

	prepare(&program, section, cie, instructions);
	program.location = start;
	program.end = end;
	program.table = table;
	if (!run(&program))
		return false;
	if (program.location < end)
		go_to(&program, end);
	return !program.failed;
}
