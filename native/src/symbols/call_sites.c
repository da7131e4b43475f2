// SPDX-License-Identifier: Apache-2.0
#include "symbols/call_sites.h"

#include <string.h>

#define CALL_RELATIVE 0xe8
#define CALL_INDIRECT 0xff

/*
 * Length of the operand of an indirect near call (FF /2), by its ModRM byte and, where that announces one, its SIB byte:
 * "Instruction Format" in volume 2 of Intel's manual. 0: not a near call.
 */
static unsigned operand_length(uint8_t modrm, uint8_t sib)
{
	unsigned mode = modrm >> 6, rm = modrm & 7;
	bool has_sib = mode != 3 && rm == 4;
	unsigned displacement = mode == 1 ? 1 : mode == 2 ? 4 : 0;

	if ((modrm >> 3 & 7) != 2)
		return 0;
	if (mode == 0 && (has_sib ? (sib & 7) == 5 : rm == 5))
		displacement = 4;
	return 1 + has_sib + displacement;
}

bool is_call_site(const uint8_t code[CALL_SITE_BEFORE + CALL_SITE_BEHIND])
{
	/* mov $15,%rax; syscall: what a signal handler returns to. */
	static const uint8_t sigreturn[CALL_SITE_BEHIND] = { 0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05 };

	if (code[CALL_SITE_BEFORE - 5] == CALL_RELATIVE)
		return true;
	for (unsigned length = 2; length <= CALL_SITE_BEFORE; length++) {
		const uint8_t *call = code + CALL_SITE_BEFORE - length;

		if (call[0] == CALL_INDIRECT && operand_length(call[1], call[2]) == length - 1)
			return true;
	}
	return memcmp(code + CALL_SITE_BEFORE, sigreturn, sizeof(sigreturn)) == 0;
}
