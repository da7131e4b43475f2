/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x86-64 machine code as far as blocks need it: how long an instruction is and where it leads. "Instruction Format" and
 * "Opcode Map" in volume 2 of Intel's manual.
 */
#ifndef PROFBOUND_INSTRUCTIONS_H
#define PROFBOUND_INSTRUCTIONS_H

#include <stddef.h>
#include <stdint.h>

enum instruction_kind {
	/* The next one follows; calls too, since they return. */
	INSTRUCTION_PLAIN,
	/* To the target or on. */
	INSTRUCTION_BRANCH,
	/* To the target. */
	INSTRUCTION_JUMP,
	/* Elsewhere, or nowhere. */
	INSTRUCTION_END,
};

struct instruction {
	uint32_t length;
	enum instruction_kind kind;
	/* Of a branch or jump, from the instruction's end on. */
	int32_t distance;
};

/* Reads the instruction at `code`; its length is 0 where `size` bytes hold none. */
struct instruction instruction_read(const uint8_t *code, size_t size);

#endif
