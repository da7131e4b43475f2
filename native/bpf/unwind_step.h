/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */
/*
 * One step up the stack: from a frame's registers and the rule for its code to its caller's registers. The kernel's
 * programs and the collector compile this same text. Who includes it defines before:
 *
 *   static long unwind_word(void *memory, __u64 address, __u64 *to)                a word of the stack; 0 when it could be read
 *   static long unwind_read(void *memory, __u64 address, void *to, __u32 bytes)    whatever else, and all of it
 */
#ifndef PROFBOUND_UNWIND_STEP_H
#define PROFBOUND_UNWIND_STEP_H

#include "unwind.h"

/* Handlers that interrupted handlers, and stacks that lie above their callers'; so many falls are what ends a circle. */
#define UNWIND_FALLS 16

/* unwind_step(): there is a caller. */
#define UNWIND_GOES_ON (-1)

struct unwind_state {
	__u64 rip;
	__u64 rsp;
	__u64 rbp;
	__u64 rbx;
	/* Nothing was called yet: all registers are what they were in user mode. */
	bool is_leaf;
	/* rip is where code was interrupted; otherwise a call returns to it, and the code is that of the byte before. */
	bool is_exact;
	bool knows_rbp;
	bool knows_rbx;
	/* Frame pointers of code without a table led here: it may be no caller at all. */
	bool is_guess;
	/* Steps after which the stack may be lower. */
	__u32 falls;
};

static __always_inline void unwind_begin(struct unwind_state *state, const __u64 *registers)
{
	*state = (struct unwind_state){
		.rip = registers[UNWIND_RIP],
		.rsp = registers[UNWIND_RSP],
		.rbp = registers[UNWIND_RBP],
		.rbx = registers[UNWIND_RBX],
		.is_leaf = true,
		.is_exact = true,
		.knows_rbp = true,
		.knows_rbx = true,
	};
}

/* Where the code of a frame is, for looking up its rule. */
static __always_inline __u64 unwind_code(const struct unwind_state *state)
{
	return state->rip - !state->is_exact;
}

/* Where members of struct sigcontext are, from the stack pointer on that a handler's return address was taken from. */
#define SIGNAL_RBP 120
#define SIGNAL_RBX 128
#define SIGNAL_RSP 160
#define SIGNAL_RIP 168

/* What the kernel saved where a handler returns to: struct rt_sigframe behind its return address. */
static __always_inline int unwind_signal_step(void *memory, struct unwind_state *state)
{
	__u64 rsp = state->rsp;

	if (++state->falls > UNWIND_FALLS)
		return UNWIND_NOT_RISING;
	if (unwind_word(memory, rsp + SIGNAL_RBP, &state->rbp) || unwind_word(memory, rsp + SIGNAL_RBX, &state->rbx) ||
	    unwind_word(memory, rsp + SIGNAL_RSP, &state->rsp) || unwind_word(memory, rsp + SIGNAL_RIP, &state->rip))
		return UNWIND_UNREADABLE;
	state->is_leaf = state->is_guess = false;
	state->is_exact = state->knows_rbp = state->knows_rbx = true;
	return UNWIND_GOES_ON;
}

/* The register a CFA is based on; false when its value in this frame is not known. */
static __always_inline bool unwind_base(const struct unwind_state *state, const __u64 *registers, __u32 number, __u64 *value)
{
	*value = state->rsp;
	if (number == UNWIND_RSP)
		return true;
	*value = state->rbp;
	if (number == UNWIND_RBP)
		return state->knows_rbp;
	*value = state->rbx;
	if (number == UNWIND_RBX)
		return state->knows_rbx;
	*value = registers[number & UNWIND_R15];
	return state->is_leaf;
}

static __always_inline int unwind_find_cfa(void *memory, const struct unwind_rule *rule, const __u64 *registers,
					   const struct unwind_state *state, __u64 *cfa)
{
	__u64 base;

	if (rule->cfa == UNWIND_CFA_PLT) {
		*cfa = state->rsp + rule->offset + ((__s32)(state->rip & 15) >= rule->addend ? 8 : 0);
		return UNWIND_GOES_ON;
	}
	if (!unwind_base(state, registers, rule->cfa_register, &base))
		return UNWIND_NO_RULE;
	*cfa = base + rule->offset;
	if (rule->cfa != UNWIND_CFA_DEREFERENCE)
		return UNWIND_GOES_ON;
	if (unwind_word(memory, *cfa, &base))
		return UNWIND_UNREADABLE;
	*cfa = base + rule->addend;
	return UNWIND_GOES_ON;
}

/* add $8,%rsp; ret */
#define UNWIND_TRAMPOLINE_END 0xc308c48348ULL

/*
 * CPython (-X perf) calls its interpreter through a copy of a trampoline for each Python function: sub $8,%rsp; call *%rcx;
 * add $8,%rsp; ret, until 3.14 without a frame pointer. What the call returns to says where the caller is.
 */
static __always_inline bool unwind_in_trampoline(void *memory, const struct unwind_state *state)
{
	__u64 code = 0;

	return !state->is_exact && !unwind_read(memory, state->rip, &code, 5) && code == UNWIND_TRAMPOLINE_END;
}

/* How code is left for which there is no rule; `has_table` says that its file has rules for other code. */
static __always_inline enum unwind_cfa unwind_without_rule(void *memory, const struct unwind_state *state, bool has_table)
{
	return !has_table && unwind_in_trampoline(memory, state) ? UNWIND_CFA_TRAMPOLINE : UNWIND_CFA_FRAME_POINTER;
}

/* Whether a frame is left by what its code is like, and not as a table says. */
static __always_inline bool unwind_is_guessed(const struct unwind_rule *rule)
{
	return rule->cfa == UNWIND_CFA_FRAME_POINTER || rule->cfa == UNWIND_CFA_TRAMPOLINE;
}

/* The step from a trampoline: the frame is one word, and all registers but rsp and rip are the caller's. */
static __always_inline int unwind_trampoline_step(void *memory, struct unwind_state *state)
{
	if (unwind_word(memory, state->rsp + 8, &state->rip))
		return UNWIND_UNREADABLE;
	state->rsp += 16;
	return UNWIND_GOES_ON;
}

/*
 * Code without a table. Its own frame, if it has none (yet), is passed over together with its caller.
 *
 * A frame pointer of zero marks the deepest frame (System V ABI for x86-64, 3.4.1). It is believed of hand-written
 * assembly in a file that has a table, reached through tables: the dynamic loader's _start and musl's __clone. In
 * generated code, and in files without any table, it may as well be a number.
 */
static __always_inline int unwind_frame_pointer_step(void *memory, struct unwind_state *state, bool has_table)
{
	__u64 rbp = state->rbp, saved_rbp, rip;

	if (rbp == 0 && has_table && state->knows_rbp && !state->is_leaf && !state->is_guess)
		return UNWIND_COMPLETE;
	if (!state->knows_rbp || rbp < state->rsp || unwind_word(memory, rbp, &saved_rbp) ||
	    unwind_word(memory, rbp + 8, &rip) || rip == 0)
		return UNWIND_CHAIN_ENDED;
	state->rip = rip;
	state->rsp = rbp + 16;
	state->rbp = saved_rbp;
	state->is_leaf = state->is_exact = state->knows_rbx = false;
	state->is_guess = true;
	return UNWIND_GOES_ON;
}

/* The caller's rbp or rbx, found as `how` says; `cfa` and `rbp` are of the frame at hand. */
static __always_inline int unwind_restore(void *memory, __u32 how, __s32 slot, __u64 cfa, __u64 rbp, __u64 *value, bool *is_known)
{
	if (how == UNWIND_SAME)
		return UNWIND_GOES_ON;
	*is_known = how != UNWIND_LOST;
	if (how == UNWIND_LOST)
		return UNWIND_GOES_ON;
	return unwind_word(memory, (how == UNWIND_AT_RBP ? rbp : cfa) + 8 * (__s64)slot, value) ? UNWIND_UNREADABLE : UNWIND_GOES_ON;
}

/* The step by a rule whose CFA is computed. */
static __always_inline int unwind_table_step(void *memory, const struct unwind_rule *rule, const __u64 *registers,
					     struct unwind_state *state)
{
	__u64 cfa, rbp = state->rbp;
	int end;

	end = unwind_find_cfa(memory, rule, registers, state, &cfa);
	if (end != UNWIND_GOES_ON)
		return end;
	if (cfa <= state->rsp && (rule->cfa != UNWIND_CFA_OTHER_STACK || ++state->falls > UNWIND_FALLS))
		return UNWIND_NOT_RISING;
	if ((rule->rbp == UNWIND_AT_RBP || rule->rbx == UNWIND_AT_RBP) && !state->knows_rbp)
		return UNWIND_NO_RULE;
	end = unwind_restore(memory, rule->rbp, rule->rbp_slot, cfa, rbp, &state->rbp, &state->knows_rbp);
	if (end != UNWIND_GOES_ON)
		return end;
	end = unwind_restore(memory, rule->rbx, rule->rbx_slot, cfa, rbp, &state->rbx, &state->knows_rbx);
	if (end != UNWIND_GOES_ON)
		return end;
	if (unwind_word(memory, cfa - 8, &state->rip))
		return UNWIND_UNREADABLE;
	state->rsp = cfa;
	state->is_leaf = state->is_guess = false;
	state->is_exact = rule->cfa == UNWIND_CFA_INTERRUPTED;
	if (state->rip)
		return UNWIND_GOES_ON;
	/* Nothing returns to address 0. With the frame pointer's own mark it is the end; by itself it may be a wrong slot. */
	return state->knows_rbp && state->rbp == 0 ? UNWIND_COMPLETE : UNWIND_NO_RULE;
}

/*
 * Steps from `state` to its caller by the rule for unwind_code(state). `registers` are the leaf's, by enum
 * unwind_register; `has_table` says that the code's file has rules for other code. Returns UNWIND_GOES_ON, or how the
 * walk ended: then `state` is of no use any more.
 */
static __always_inline int unwind_step(void *memory, const struct unwind_rule *rule, bool has_table, const __u64 *registers,
				       struct unwind_state *state)
{
	switch (rule->cfa) {
	case UNWIND_CFA_REGISTER:
	case UNWIND_CFA_DEREFERENCE:
	case UNWIND_CFA_PLT:
	case UNWIND_CFA_OTHER_STACK:
	case UNWIND_CFA_INTERRUPTED:
		return unwind_table_step(memory, rule, registers, state);
	case UNWIND_CFA_SIGNAL:
		return unwind_signal_step(memory, state);
	case UNWIND_CFA_FRAME_POINTER:
		return unwind_frame_pointer_step(memory, state, has_table);
	case UNWIND_CFA_TRAMPOLINE:
		return unwind_trampoline_step(memory, state);
	case UNWIND_CFA_OUTERMOST:
		return UNWIND_COMPLETE;
	default:
		return UNWIND_NO_RULE;
	}
}

#endif
