/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x86-64 machine code as far as blocks and calls need it: how long an instruction is and where it leads. "Instruction Format" and
 * "Opcode Map" in volume 2 of Intel's manual.
 */
#ifndef PROFBOUND_INSTRUCTIONS_H
#define PROFBOUND_INSTRUCTIONS_H

#include <stdbool.h>
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
	/* It leads to the target, and on when that returns. */
	bool is_call;
	/* Of a call or jump: to where a pointer says. */
	bool is_indirect;
	/* Of a branch, jump or call that is direct, from the instruction's end on. */
	int32_t distance;
};

/* Reads the instruction at `code`; its length is 0 where `size` bytes hold none. */
struct instruction instruction_read(const uint8_t *code, size_t size);

#endif
