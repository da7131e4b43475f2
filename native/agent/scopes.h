/* SPDX-License-Identifier: Apache-2.0 */
/* Which functions each piece of a compiled method's code belongs to. */
#ifndef PROFBOUND_AGENT_SCOPES_H
#define PROFBOUND_AGENT_SCOPES_H

#include "jvmti.h"

/* Code from the end of the scope before up to and with `end`: the innermost function first, and where each is. */
struct scope {
	const char *end;
	uint32_t depth;
	const method_id *methods;
	const int32_t *bytecodes;
};

/* What may be counted by bytecode index: a method has at most 65,535 bytes of them. */
#define MOST_BYTECODES 65536

/*
 * Reads the scopes of a method, as many as there are `pcs`, and mends what HotSpot's C2 leaves: whatever it makes itself,
 * such as moves between registers in the midst of an inlined loop, it says to be at the bytecode that it parsed last, in
 * the function that all is inlined into. Such code lies in what is before and behind it, where that is the same call.
 * @param counts MOST_BYTECODES zeros
 */
void scopes_read(struct scope *scopes, const struct inline_record *inlines, uint32_t *counts);

#endif
