// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "check.h"
#include "../agent/scopes.c"

#define METHOD(number) ((method_id)(uintptr_t)(number))

/* The last address of a piece of code, and the functions in it, each as its number and bytecode, the innermost first. */
struct piece {
	uintptr_t end;
	int32_t depth;
	method_id methods[3];
	int32_t bytecodes[3];
};

enum { OUTER = 1, MIDDLE, INNER, OTHER };

static void read_pieces(struct scope *scopes, const struct piece *pieces, uint32_t count)
{
	struct pc_stack pcs[16];
	const struct inline_record record = { .header.kind = INLINE_RECORD, .pc_count = count, .pcs = pcs };
	uint32_t *counts = calloc(MOST_BYTECODES, sizeof(*counts));

	for (uint32_t i = 0; i < count; i++)
		pcs[i] = (struct pc_stack){ (const void *)pieces[i].end, pieces[i].depth, pieces[i].methods, pieces[i].bytecodes };
	scopes_read(scopes, &record, counts);
	free(counts);
}

static void check_scope(const struct scope *scope, uint32_t depth, uintptr_t innermost)
{
	CHECK_NUMBER(scope->depth, depth);
	CHECK_NUMBER((uintptr_t)scope->methods[0], innermost);
}

/* What C2 could not place is at bytecode 40 of the outermost function. */
static void places_what_is_in_the_midst_of_a_call(void)
{
	static const struct piece pieces[] = {
		{ 0x10, 1, { METHOD(OUTER) }, { 3 } },
		{ 0x20, 1, { METHOD(OUTER) }, { 40 } },
		{ 0x30, 3, { METHOD(INNER), METHOD(MIDDLE), METHOD(OUTER) }, { 7, 5, 9 } },
		{ 0x40, 1, { METHOD(OUTER) }, { 40 } },
		{ 0x50, 1, { METHOD(OUTER) }, { 40 } },
		{ 0x60, 3, { METHOD(INNER), METHOD(MIDDLE), METHOD(OUTER) }, { 8, 5, 9 } },
		{ 0x70, 1, { METHOD(OUTER) }, { 40 } },
		{ 0x80, 2, { METHOD(MIDDLE), METHOD(OUTER) }, { 6, 9 } },
		{ 0x90, 1, { METHOD(OUTER) }, { 40 } },
		{ 0xa0, 2, { METHOD(OTHER), METHOD(OUTER) }, { 2, 30 } },
		{ 0xb0, 1, { METHOD(OUTER) }, { 40 } },
	};
	struct scope scopes[11];

	read_pieces(scopes, pieces, 11);
	check_scope(&scopes[0], 1, OUTER);
	/* Behind the function's own code: it may be its own, too. */
	check_scope(&scopes[1], 1, OUTER);
	check_scope(&scopes[3], 3, INNER);
	CHECK_NUMBER(scopes[3].bytecodes[0], 7);
	check_scope(&scopes[4], 3, INNER);
	/* In the middle function, wherever in it. */
	check_scope(&scopes[6], 2, MIDDLE);
	check_scope(&scopes[8], 1, OUTER);
	check_scope(&scopes[10], 1, OUTER);
	CHECK_NUMBER((uintptr_t)scopes[3].end, 0x40);
}

/* Two calls of one function are not one call. */
static void keeps_calls_apart(void)
{
	static const struct piece pieces[] = {
		{ 0x10, 2, { METHOD(INNER), METHOD(OUTER) }, { 1, 10 } },
		{ 0x20, 1, { METHOD(OUTER) }, { 40 } },
		{ 0x30, 2, { METHOD(INNER), METHOD(OUTER) }, { 1, 20 } },
		{ 0x40, 1, { METHOD(OUTER) }, { 40 } },
	};
	struct scope scopes[4];

	read_pieces(scopes, pieces, 4);
	check_scope(&scopes[1], 1, OUTER);
	check_scope(&scopes[3], 1, OUTER);
}

/* What comes once is where it says that it is. */
static void leaves_what_is_placed(void)
{
	static const struct piece pieces[] = {
		{ 0x10, 2, { METHOD(INNER), METHOD(OUTER) }, { 1, 10 } },
		{ 0x20, 1, { METHOD(OUTER) }, { 12 } },
		{ 0x30, 2, { METHOD(INNER), METHOD(OUTER) }, { 2, 10 } },
		{ 0x40, 0, { 0 }, { 0 } },
		{ 0x50, 1, { METHOD(OUTER) }, { -1 } },
		{ 0x60, 1, { METHOD(OUTER) }, { -1 } },
	};
	struct scope scopes[6];

	read_pieces(scopes, pieces, 6);
	check_scope(&scopes[1], 1, OUTER);
	CHECK_NUMBER(scopes[3].depth, 0);
	CHECK_NUMBER(scopes[5].depth, 1);
}

int main(void)
{
	places_what_is_in_the_midst_of_a_call();
	keeps_calls_apart();
	leaves_what_is_placed();
	return check_report("java scopes");
}
