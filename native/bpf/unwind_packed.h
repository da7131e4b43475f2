/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */
/* Rules as parts of a word, from the lowest bit on: how the CFA is found, its register, how rbp and rbx are, offset, slots. */
#ifndef PROFBOUND_UNWIND_PACKED_H
#define PROFBOUND_UNWIND_PACKED_H

#include "unwind.h"

#define PACKED_RULE_BITS 44

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
	rule->cfa = packed & 15;
	rule->cfa_register = packed >> 4 & 31;
	rule->rbp = packed >> 9 & 3;
	rule->rbx = packed >> 11 & 3;
	rule->offset = (__s64)(packed << 36) >> 49;
	rule->addend = 0;
	rule->rbp_slot = (__s8)(packed >> 28);
	rule->rbx_slot = (__s8)(packed >> 36);
}

_Static_assert(UNWIND_CFA_UNSUPPORTED < 16 && UNWIND_REGISTERS <= 32 && UNWIND_LOST < 4, "every value has its bits");

#endif
