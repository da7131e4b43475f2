// SPDX-License-Identifier: Apache-2.0
#include "unwind/go_table.h"

#include <string.h>

#include "symbols/go_module.h"
#include "symbols/go_pclntab.h"

#define WORD 8

/* rsp as the second and third byte of instructions number it. */
#define CODE_RSP 4

/* What the code of a function shows that its stack depths do not. */
struct code {
	/* Address behind the instruction that saved rbp at CFA - 16; 0 where none does. */
	uint64_t saves_rbp;
	/* Address behind the first byte of the instruction that loads rsp; 0 where none does. */
	uint64_t loads_rsp;
};

struct reader {
	struct go_pclntab pclntab;
	/* The code, from a linked address on. */
	struct go_bytes text;
	uint64_t text_address;
	struct table rows;
};

static bool is_name(const struct go_function *function, const char *name)
{
	return strcmp(function->name, name) == 0;
}

/*
 * Where threads and goroutines begin. The kernel calls the signal handler though Go takes it for the top of a stack; it
 * starts a program without a caller though Go does not say so.
 */
static bool is_outermost(const struct go_function *function)
{
	static const char *const names[] = { "runtime.goexit", "runtime.rt0_go", "runtime.mstart", "_rt0_amd64",
					     "_rt0_amd64_linux" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (is_name(function, names[i]))
			return true;
	}
	return function->flags & GO_TOP_FRAME && !is_name(function, "runtime.sigtramp");
}

/*
 * Whether what runs on the new stack has no caller: mcall and morestack leave the goroutine for good, gogo enters one where
 * nothing called, clone begins a thread. Others save the frame pointer, which then leads back.
 */
static bool leaves_stack(const struct go_function *function)
{
	return is_name(function, "runtime.mcall") || is_name(function, "runtime.morestack") ||
	       is_name(function, "gogo") || is_name(function, "runtime.clone");
}

/* Whether a signal handler made it look as if it had been called, from wherever its goroutine was: doSigPreempt. */
static bool is_injected(const struct go_function *function)
{
	return is_name(function, "runtime.asyncPreempt");
}

/* `count` bytes of code at a linked address; NULL where there are not as many. */
static const uint8_t *code_at(const struct reader *reader, uint64_t address, size_t count)
{
	uint64_t offset = address - reader->text_address;

	if (address < reader->text_address || offset > reader->text.size || count > reader->text.size - offset)
		return NULL;
	return reader->text.bytes + offset;
}

/*
 * Whether rbp is saved by where the depth first rises, and behind which address. push %rbp; mov %rsp,%rbp; before
 * Go 1.21: sub $size,%rsp; mov %rbp,size-8(%rsp).
 */
static uint64_t find_saved_rbp(const struct reader *reader, uint64_t rise, int32_t depth)
{
	const uint8_t *push = code_at(reader, rise - 1, 4), *move = code_at(reader, rise, 8);
	int32_t wide;

	if (depth == WORD && push && memcmp(push, "\x55\x48\x89\xe5", 4) == 0)
		return rise;
	if (!move)
		return 0;
	memcpy(&wide, move + 4, sizeof(wide));
	if (memcmp(move, "\x48\x89\x6c\x24", 4) == 0 && (int8_t)move[4] == depth - WORD)
		return rise + 5;
	if (memcmp(move, "\x48\x89\xac\x24", 4) == 0 && wide == depth - WORD)
		return rise + 8;
	return 0;
}

/* The first mov to rsp, from a register or memory: "MOV" in volume 2 of Intel's manual. */
static uint64_t find_loaded_rsp(const struct reader *reader, const struct go_function *function)
{
	for (uint64_t at = function->start; at + 3 <= function->end; at++) {
		const uint8_t *code = code_at(reader, at, 3);
		bool is_move, is_store, to_rsp;

		if (!code)
			return 0;
		is_move = (code[0] == 0x48 || code[0] == 0x49) && code[1] == 0x8b;
		is_store = (code[0] == 0x48 || code[0] == 0x4c) && code[1] == 0x89 && code[2] >> 6 == 3;
		to_rsp = is_move ? (code[2] >> 3 & 7) == CODE_RSP : (code[2] & 7) == CODE_RSP;
		if ((is_move || is_store) && to_rsp)
			return at + 1;
	}
	return 0;
}

static void add_row(struct reader *reader, uint64_t address, struct unwind_rule rule)
{
	table_add(&reader->rows, address, &rule);
}

/* The rule at an address where rsp is `depth` bytes below the return address. */
static struct unwind_rule rule_at(const struct go_function *function, const struct code *code, uint64_t address,
				  int32_t depth)
{
	bool has_rbp = depth >= WORD && code->saves_rbp && address >= code->saves_rbp;
	struct unwind_rule rule = { .cfa = UNWIND_CFA_REGISTER, .cfa_register = UNWIND_RSP, .rbx = UNWIND_LOST };

	if (code->loads_rsp && address >= code->loads_rsp && (!has_rbp || leaves_stack(function)))
		return (struct unwind_rule){ .cfa = leaves_stack(function) ? UNWIND_CFA_OUTERMOST :
									     UNWIND_CFA_UNSUPPORTED };
	if (depth < 0 || depth > INT32_MAX - WORD)
		return (struct unwind_rule){ .cfa = UNWIND_CFA_UNSUPPORTED };
	rule.offset = depth + WORD;
	if (is_injected(function))
		rule.cfa = UNWIND_CFA_INTERRUPTED;
	if (has_rbp) {
		rule.rbp = UNWIND_AT_CFA;
		rule.rbp_slot = -2;
	}
	/* rbp stays on the stack of the caller. */
	if (has_rbp && function->flags & GO_WRITES_SP) {
		rule.cfa = UNWIND_CFA_OTHER_STACK;
		rule.cfa_register = UNWIND_RBP;
		rule.offset = 2 * WORD;
	}
	return rule;
}

/* A row for each depth, and where in between the code changes what the depth means. */
static void add_depths(struct reader *reader, const struct go_function *function)
{
	struct code code = { 0 };
	struct go_values depths;

	if (function->flags & GO_WRITES_SP || leaves_stack(function))
		code.loads_rsp = find_loaded_rsp(reader, function);
	go_values_begin(&depths, &reader->pclntab, function, function->depths);
	while (go_values_next(&depths)) {
		uint64_t changes[2];

		if (!code.saves_rbp && depths.value >= WORD)
			code.saves_rbp = find_saved_rbp(reader, depths.start, depths.value);
		changes[0] = code.saves_rbp < code.loads_rsp ? code.saves_rbp : code.loads_rsp;
		changes[1] = code.saves_rbp < code.loads_rsp ? code.loads_rsp : code.saves_rbp;
		add_row(reader, depths.start, rule_at(function, &code, depths.start, depths.value));
		for (int i = 0; i < 2; i++) {
			if (changes[i] > depths.start && changes[i] < depths.end)
				add_row(reader, changes[i], rule_at(function, &code, changes[i], depths.value));
		}
	}
}

static void add_function(struct reader *reader, const struct go_function *function)
{
	if (is_outermost(function)) {
		add_row(reader, function->start, (struct unwind_rule){ .cfa = UNWIND_CFA_OUTERMOST });
	} else if (is_name(function, "runtime.sigreturn__sigaction") || is_name(function, "runtime.sigreturn")) {
		/* It is never called but returned to, and return addresses are looked up one byte before. */
		add_row(reader, function->start - 1, (struct unwind_rule){ .cfa = UNWIND_CFA_SIGNAL });
	} else {
		/* Only C code that was linked in has no depths. */
		add_row(reader, function->start, (struct unwind_rule){ .cfa = UNWIND_CFA_FRAME_POINTER });
		add_depths(reader, function);
	}
}

/* Rows of all functions, and where they end. */
static uint64_t read_functions(struct reader *reader)
{
	uint64_t end = 0;

	for (size_t i = 0; i < reader->pclntab.function_count; i++) {
		struct go_function function;

		if (!go_pclntab_function(&reader->pclntab, i, &function) || function.start < end ||
		    !code_at(reader, function.start, function.end - function.start))
			continue;
		add_function(reader, &function);
		end = function.end;
	}
	return end;
}

bool go_table_read(struct table *table, Elf *elf)
{
	struct reader reader = { 0 };
	struct go_image image;
	uint64_t end;

	if (!go_pclntab_open(&reader.pclntab, elf) || !go_image_open(&image, elf))
		return false;
	reader.text_address = reader.pclntab.text;
	if (!go_image_bytes(&image, reader.text_address, &reader.text))
		return false;
	end = read_functions(&reader);
	if (!reader.rows.count)
		return false;
	add_row(&reader, end, (struct unwind_rule){ .cfa = UNWIND_CFA_FRAME_POINTER });
	/* C code is linked before and behind Go's. */
	table_fill(&reader.rows, table);
	table_free(table);
	*table = reader.rows;
	return true;
}
