// SPDX-License-Identifier: Apache-2.0
/* Lengths of instructions compared with objdump's in real libraries, and blocks of code that was written for the test. */
#include <stdlib.h>

#include "annotation/blocks.h"
#include "annotation/calls.h"
#include "annotation/instructions.h"
#include "check.h"

/* Bytes of a line of objdump: `  address:<TAB>48 89 e5 <TAB>mov …`; 0 for any other line, and for what it takes for data. */
static size_t read_line(const char *line, uint8_t bytes[32])
{
	const char *text = strchr(line, '\t');
	size_t count = 0;
	unsigned byte;
	int used;

	if (!text || strstr(line, "(bad)") || strstr(line, "\trex"))
		return 0;
	for (text++; count < 32 && sscanf(text, "%2x%n", &byte, &used) == 1 && used == 2; text += 3)
		bytes[count++] = byte;
	return strchr(text, '\t') ? count : 0;
}

/* All but one in ten thousand must agree: there is data in code. */
static void agrees(const char *command)
{
	size_t instructions = 0, different = 0;
	FILE *file = popen(command, "r");
	char line[1024];

	CHECK(file != NULL);
	while (file && fgets(line, sizeof(line), file)) {
		uint8_t bytes[32];
		size_t length = read_line(line, bytes);

		if (length == 0)
			continue;
		instructions++;
		if (instruction_read(bytes, length).length != length && different++ < 10)
			printf("  %s", line);
	}
	CHECK(file && pclose(file) == 0);
	printf("  %zu instructions, %zu different\n", instructions, different);
	CHECK(instructions > 100000);
	CHECK(different * 10000 <= instructions);
}

static void finds_blocks(void)
{
	static const uint8_t code[] = {
		0x31, 0xc0,       /* 0  xor %eax,%eax */
		0x85, 0xff,       /* 2  test %edi,%edi */
		0x74, 0x06,       /* 4  je 12 */
		0x01, 0xf8,       /* 6  add %edi,%eax */
		0xff, 0xcf,       /* 8  dec %edi */
		0x75, 0xfa,       /* 10 jne 6 */
		0xe8, 0, 0, 0, 0, /* 12 call */
		0xc3,             /* 17 ret */
		0x06,             /* 18 nothing */
	};
	static const struct block expected[] = { { 0, 6, 3 }, { 6, 6, 3 }, { 12, 6, 2 } };
	struct block *blocks;
	size_t count = blocks_find(code, sizeof(code), &blocks);

	CHECK_NUMBER(count, 3);
	for (size_t i = 0; i < count && i < 3; i++) {
		CHECK_NUMBER(blocks[i].offset, expected[i].offset);
		CHECK_NUMBER(blocks[i].bytes, expected[i].bytes);
		CHECK_NUMBER(blocks[i].instructions, expected[i].instructions);
	}
	free(blocks);
	CHECK_NUMBER(blocks_find(code, 0, &blocks), 0);
	free(blocks);
}

static void finds_calls(void)
{
	static const uint8_t code[] = {
		0xe8, 0x0b, 0, 0, 0,       /* 0  call 16 */
		0xff, 0xd0,                /* 5  call *%rax */
		0x74, 0xf7,                /* 7  je 0 */
		0x0f, 0x84, 0xf1, 0, 0, 0, /* 9  je 256 */
		0xff, 0x25, 0, 0, 0, 0,    /* 15 jmp *0(%rip) */
		0xe9, 0x67, 0, 0, 0,       /* 21 jmp 129 */
		0xeb, 0xe4,                /* 26 jmp 0 */
	};
	static const struct call expected[] = {
		{ 0, 16, false, false }, { 5, 0, true, false }, { 9, 256, false, true }, { 15, 0, true, true },
		{ 21, 129, false, true },
	};
	struct call *calls;
	size_t count = calls_find(code, sizeof(code), &calls);

	CHECK_NUMBER(count, 5);
	for (size_t i = 0; i < count && i < 5; i++) {
		CHECK_NUMBER(calls[i].offset, expected[i].offset);
		CHECK_NUMBER(calls[i].is_indirect, expected[i].is_indirect);
		CHECK_NUMBER(calls[i].is_tail, expected[i].is_tail);
		if (!expected[i].is_indirect)
			CHECK_NUMBER(calls[i].target, expected[i].target);
	}
	free(calls);
}

int main(void)
{
	finds_blocks();
	finds_calls();
	/* OpenSSL has instructions of every generation of vectors. */
	agrees("objdump -d -w /usr/lib/x86_64-linux-gnu/libcrypto.so.3 2>/dev/null | head -n 600000");
	agrees("objdump -d -w /lib/x86_64-linux-gnu/libc.so.6");
	return check_report("blocks");
}
