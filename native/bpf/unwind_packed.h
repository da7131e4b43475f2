/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */
/* Rules as parts of a word, from the lowest bit on: how the CFA is found, its register, how rbp and rbx are, offset, slots. */
#ifndef PROFBOUND_UNWIND_PACKED_H
#define PROFBOUND_UNWIND_PACKED_H

#include "unwind.h"

#define PACKED_RULE_BITS 44

#define PACKED_CFA(packed) ((packed) & 15)
#define PACKED_CFA_REGISTER(packed) ((packed) >> 4 & 31)
#define PACKED_RBP(packed) ((packed) >> 9 & 3)
#define PACKED_RBX(packed) ((packed) >> 11 & 3)
#define PACKED_OFFSET(packed) ((__s64)((packed) << 36) >> 49)
#define PACKED_RBP_SLOT(packed) ((__s64)(__s8)((packed) >> 28))
#define PACKED_RBX_SLOT(packed) ((__s64)(__s8)((packed) >> 36))

/*
 * Beside a rule: the frame is left by its frame pointer, which is as plain as a rule; and whether its file has a table for other code.
 */
#define PACKED_GUESSED(packed) ((packed) >> PACKED_RULE_BITS & 1)
#define PACKED_HAS_TABLE(packed) ((packed) >> (PACKED_RULE_BITS + 1) & 1)
#define PACKED_BITS (PACKED_RULE_BITS + 2)

/*
 * Whether a frame is plain: its CFA is rbp or rsp and an offset; rbp is as it was, or saved at an offset from the CFA; so is rbx, or it
 * is lost. The lowest bits of the first two parts say which of both it is.
 */
#define PACKED_IS_PLAIN(packed)                                                                                                \
	(((packed) & (0x7ff ^ (1 << 4 | 1 << 9))) == (UNWIND_CFA_REGISTER | UNWIND_RBP << 4) && PACKED_RBX(packed) != UNWIND_AT_RBP)
/* Whether nothing has called it. */
#define PACKED_IS_OUTERMOST(packed) (PACKED_CFA(packed) == UNWIND_CFA_OUTERMOST)
/* Of one that is plain. */
#define PACKED_RBX_SAVED(packed) ((packed) >> 11 & ~((packed) >> 12) & 1)
#define PACKED_RBX_LOST(packed) ((packed) >> 12 & 1)

_Static_assert(UNWIND_RBP == 6 && UNWIND_RSP == 7 && UNWIND_SAME == 0 && UNWIND_AT_CFA == 1 && UNWIND_AT_RBP == 2 && UNWIND_LOST == 3,
	       "single bits tell what is plain");

/* A rule in so many bits; 0 for the few that have an addend, an offset beyond 16 KiB, or slots beyond 128. */
static inline __u64 packed_rule(const struct unwind_rule *rule)
{
	__u64 offset = (__s64)rule->offset & 0x7fff, rbp_slot = (__u8)rule->rbp_slot, rbx_slot = (__u8)rule->rbx_slot;

	if (rule->addend != 0 || rule->offset < -0x4000 || rule->offset >= 0x4000 || rule->rbp_slot != (__s8)rule->rbp_slot ||
	    rule->rbx_slot != (__s8)rule->rbx_slot)
		return 0;
	return rule->cfa | (__u64)rule->cfa_register << 4 | (__u64)rule->rbp << 9 | (__u64)rule->rbx << 11 | offset << 13 |
	       rbp_slot << 28 | rbx_slot << 36;
}

static inline void unpack_rule(__u64 packed, struct unwind_rule *rule)
{
	rule->cfa = PACKED_CFA(packed);
	rule->cfa_register = PACKED_CFA_REGISTER(packed);
	rule->rbp = PACKED_RBP(packed);
	rule->rbx = PACKED_RBX(packed);
	rule->offset = PACKED_OFFSET(packed);
	rule->addend = 0;
	rule->rbp_slot = PACKED_RBP_SLOT(packed);
	rule->rbx_slot = PACKED_RBX_SLOT(packed);
}

/* The frame that push %rbp; mov %rsp,%rbp makes. */
static inline __u64 packed_frame_pointer(bool has_table)
{
	const struct unwind_rule rule = { .cfa = UNWIND_CFA_REGISTER, .cfa_register = UNWIND_RBP, .offset = 16,
					  .rbp = UNWIND_AT_CFA, .rbp_slot = -2 };

	return packed_rule(&rule) | 1ULL << PACKED_RULE_BITS | (__u64)has_table << (PACKED_RULE_BITS + 1);
}

_Static_assert(UNWIND_CFA_TRAMPOLINE < 16 && UNWIND_REGISTERS <= 32 && UNWIND_LOST < 4, "every value has its bits");

#endif
