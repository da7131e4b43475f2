// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "profile/stacks.h"

int main(void)
{
	struct stacks stacks = { 0 };
	struct stack_key key = { .thread = 1, .pid = 2, .tid = 3, .cpu = 0, .ending = ENDING_CHAIN_ENDED };
	uint32_t frames[2000];
	struct stack stack;

	for (uint32_t i = 0; i < 2000; i++)
		frames[i] = i;
	stacks_add(&stacks, &key, frames, 3, 1, 100);
	stacks_add(&stacks, &key, frames, 2, 1, 10);
	stacks_add(&stacks, &key, frames, 3, 2, 200);
	CHECK_NUMBER(stacks_count(&stacks), 2);
	stack = stacks_at(&stacks, 0);
	CHECK_NUMBER(stack.depth, 3);
	CHECK_NUMBER(stack.frames[2], 2);
	CHECK_NUMBER(stack.count, 3);
	CHECK_NUMBER(stack.nanoseconds, 300);
	CHECK_NUMBER(stack.key->tid, 3);
	stack = stacks_at(&stacks, 1);
	CHECK_NUMBER(stack.depth, 2);
	CHECK_NUMBER(stack.nanoseconds, 10);
	/* Another label makes another entry, and so does no frame at all. */
	key.cpu = 1;
	stacks_add(&stacks, &key, frames, 3, 1, 5);
	stacks_add(&stacks, &key, NULL, 0, 1, 5);
	CHECK_NUMBER(stacks_count(&stacks), 4);
	CHECK_NUMBER(stacks_at(&stacks, 3).depth, 0);
	/* Grows, in depth and number. */
	for (uint32_t depth = 4; depth <= 2000; depth++)
		stacks_add(&stacks, &key, frames, depth, 1, 1);
	CHECK_NUMBER(stacks_count(&stacks), 4 + 1997);
	CHECK_NUMBER(stacks_at(&stacks, 4 + 1996).frames[1999], 1999);
	CHECK_NUMBER(stacks_at(&stacks, 0).nanoseconds, 300);
	stacks_free(&stacks);
	return check_report("stacks");
}
