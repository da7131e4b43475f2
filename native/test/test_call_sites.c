// SPDX-License-Identifier: Apache-2.0
#include "symbols/call_sites.h"
#include "check.h"

/* Puts the bytes of one instruction before a return address, between bytes that mean nothing. */
static bool returns_behind(const uint8_t *instruction, size_t length)
{
	uint8_t code[CALL_SITE_BEFORE + CALL_SITE_BEHIND];

	memset(code, 0x90, sizeof(code));
	memcpy(code + CALL_SITE_BEFORE - length, instruction, length);
	return is_call_site(code);
}

#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

int main(void)
{
	const uint8_t sigreturn[CALL_SITE_BEFORE + CALL_SITE_BEHIND] = {
		[CALL_SITE_BEFORE] = 0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05,
	};

	CHECK(returns_behind(BYTES(0xe8, 1, 2, 3, 4)));			/* call rel32 */
	CHECK(returns_behind(BYTES(0xff, 0xd0)));			/* call *%rax */
	CHECK(returns_behind(BYTES(0x41, 0xff, 0xd4)));			/* call *%r12 */
	CHECK(returns_behind(BYTES(0xff, 0x10)));			/* call *(%rax) */
	CHECK(returns_behind(BYTES(0xff, 0x50, 0x18)));			/* call *0x18(%rax) */
	CHECK(returns_behind(BYTES(0xff, 0x90, 1, 2, 3, 4)));		/* call *0x04030201(%rax) */
	CHECK(returns_behind(BYTES(0xff, 0x15, 1, 2, 3, 4)));		/* call *0x04030201(%rip) */
	CHECK(returns_behind(BYTES(0xff, 0x14, 0xc8)));			/* call *(%rax,%rcx,8) */
	CHECK(returns_behind(BYTES(0xff, 0x54, 0x24, 8)));		/* call *8(%rsp) */
	CHECK(returns_behind(BYTES(0xff, 0x94, 0x24, 1, 2, 3, 4)));	/* call *0x04030201(%rsp) */
	CHECK(returns_behind(BYTES(0xff, 0x14, 0xc5, 1, 2, 3, 4)));	/* call *0x04030201(,%rax,8) */
	CHECK(is_call_site(sigreturn));
	CHECK(!returns_behind(BYTES(0xc3)));				/* ret */
	CHECK(!returns_behind(BYTES(0xe9, 1, 2, 3, 4)));		/* jmp rel32 */
	CHECK(!returns_behind(BYTES(0xff, 0xe0)));			/* jmp *%rax */
	CHECK(!returns_behind(BYTES(0xff, 0xc0)));			/* inc %eax */
	CHECK(!returns_behind(BYTES(0x0f, 0x1f, 0x44, 0, 0)));		/* nop before a function */
	return check_report("call_sites");
}
