// SPDX-License-Identifier: Apache-2.0
#include "scopes.h"

/* Where nothing is inlined, and it is known which bytecode it is. */
static int is_outer(const struct scope *scope)
{
	return scope->depth == 1 && scope->bytecodes[0] >= 0 && scope->bytecodes[0] < MOST_BYTECODES;
}

/* The bytecode to which the outermost function comes back most often: what C2 could not place is there. */
static int32_t usual_bytecode(const struct scope *scopes, uint32_t count, uint32_t *counts)
{
	int32_t usual = -1;

	for (uint32_t i = 0; i < count; i++) {
		int32_t bytecode = is_outer(&scopes[i]) ? scopes[i].bytecodes[0] : -1;

		if (bytecode >= 0 && ++counts[bytecode] > (usual < 0 ? 1 : counts[usual]))
			usual = bytecode;
	}
	return usual;
}

/* How many functions two scopes share, from the outermost on: calls from one place, and the function that is called. */
static uint32_t shared_depth(const struct scope *before, const struct scope *behind)
{
	uint32_t depth = 0;

	while (depth < before->depth && depth < behind->depth) {
		uint32_t at = before->depth - depth - 1, other = behind->depth - depth - 1;

		if (before->methods[at] != behind->methods[other])
			break;
		depth++;
		if (before->bytecodes[at] != behind->bytecodes[other])
			break;
	}
	return depth;
}

static void take_over(struct scope *scope, const struct scope *before, uint32_t depth)
{
	scope->depth = depth;
	scope->methods = before->methods + before->depth - depth;
	scope->bytecodes = before->bytecodes + before->depth - depth;
}

static void mend(struct scope *scopes, uint32_t count, int32_t usual)
{
	uint32_t begin = 0;

	while (begin < count) {
		uint32_t end = begin;

		while (end < count && is_outer(&scopes[end]) && scopes[end].bytecodes[0] == usual)
			end++;
		if (begin > 0 && end > begin && end < count) {
			const struct scope before = scopes[begin - 1];
			uint32_t depth = shared_depth(&before, &scopes[end]);

			for (uint32_t i = begin; depth > 1 && i < end; i++)
				take_over(&scopes[i], &before, depth);
		}
		begin = end + 1;
	}
}

void scopes_read(struct scope *scopes, const struct inline_record *inlines, uint32_t *counts)
{
	uint32_t count = inlines->pc_count;
	int32_t usual;

	for (uint32_t i = 0; i < count; i++) {
		const struct pc_stack *pc = &inlines->pcs[i];

		scopes[i] = (struct scope){ pc->pc, pc->depth > 0 ? pc->depth : 0, pc->methods, pc->bytecodes };
	}
	usual = usual_bytecode(scopes, count, counts);
	if (usual >= 0)
		mend(scopes, count, usual);
}
