/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the instructions of call frame information: a table of rules by address, as a program that writes it line by line. */
#ifndef PROFBOUND_FRAME_PROGRAM_H
#define PROFBOUND_FRAME_PROGRAM_H

#include "unwind/frame_section.h"
#include "unwind/table.h"

/* A DWARF expression; none: size 0. */
struct frame_expression {
	const uint8_t *bytes;
	size_t size;
};

enum frame_place {
	FRAME_SAME,
	FRAME_UNDEFINED,
	/* At CFA + offset. */
	FRAME_AT_OFFSET,
	/* At the address an expression gives. */
	FRAME_AT_EXPRESSION,
	/* In another register, or computed. */
	FRAME_ELSEWHERE,
};

struct frame_register {
	enum frame_place place;
	int64_t offset;
	struct frame_expression expression;
};

/* The registers that are followed. */
enum frame_column { FRAME_RBP, FRAME_RBX, FRAME_RETURN_ADDRESS, FRAME_COLUMNS };

/* One line of the table. */
struct frame_line {
	uint64_t cfa_register;
	int64_t cfa_offset;
	/* In place of register + offset. */
	struct frame_expression cfa;
	struct frame_register columns[FRAME_COLUMNS];
};

struct frame_cie {
	size_t offset;
	uint64_t code_factor;
	int64_t data_factor;
	/* enum DW_EH_PE, of addresses in FDEs. */
	uint8_t encoding;
	/* FDEs have augmentation data before their instructions. */
	bool has_augmentation;
	/* The frame was made by the kernel, to call a signal handler. */
	bool is_signal;
	/* What its own instructions say. */
	struct frame_line first;
};

/* Runs a CIE's own instructions; false when they are not well-formed. */
bool frame_program_begin(const struct frame_section *section, struct frame_cie *cie, struct byte_reader instructions);

/* Runs the instructions of an FDE for [start, end) and adds their rows; false when they are not well-formed, or too many. */
bool frame_program_run(const struct frame_section *section, const struct frame_cie *cie, struct byte_reader instructions,
		       uint64_t start, uint64_t end, struct table *table);

#endif
