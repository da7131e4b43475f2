// SPDX-License-Identifier: Apache-2.0
/* Lengths of instructions compared with objdump's in real libraries, and blocks of code that was written for the test. */
#include <stdlib.h>
#include <string.h>

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

static void is_block(struct block block, struct block expected)
{
	CHECK_NUMBER(block.offset, expected.offset);
	CHECK_NUMBER(block.bytes, expected.bytes);
	CHECK_NUMBER(block.instructions, expected.instructions);
	CHECK_NUMBER(block.goes_on, expected.goes_on);
	CHECK_NUMBER(block.jumps, expected.jumps);
	CHECK_NUMBER(block.target, expected.target);
	CHECK_NUMBER(block.is_case, expected.is_case);
	CHECK_NUMBER(block.exit, expected.exit);
}

static void are_blocks(const uint8_t *code, size_t size, const struct linked_memory *memory, const struct block *expected,
		       size_t number)
{
	struct block *blocks;
	size_t count = blocks_find(code, size, memory, &blocks);

	CHECK_NUMBER(count, number);
	for (size_t i = 0; i < count && i < number; i++)
		is_block(blocks[i], expected[i]);
	free(blocks);
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
	static const struct block expected[] = {
		{ 0, 6, 3, true, true, 12, BLOCK_STAYS, false },
		{ 6, 6, 3, true, true, 6, BLOCK_STAYS, false },
		{ 12, 6, 2, false, false, 0, BLOCK_LEAVES, false },
	};

	are_blocks(code, sizeof(code), NULL, expected, 3);
	are_blocks(code, 0, NULL, NULL, 0);
}

static void tells_where_blocks_lead(void)
{
	static const uint8_t code[] = {
		0x74, 0x7f,       /* 0  je 129, of other code */
		0xeb, 0x03,       /* 2  jmp 7 */
		0xff, 0x24, 0xc0, /* 4  jmp *(%rax,%rax,8) */
		0x75, 0xfc,       /* 7  jne 5, within an instruction */
		0xff, 0xd0,       /* 9  call *%rax */
		0xeb, 0xf7,       /* 11 jmp 4 */
		0x90,             /* 13 nop, and what follows is not known */
	};
	static const struct block expected[] = {
		{ 0, 2, 1, true, false, 0, BLOCK_LEAVES, false },
		{ 2, 2, 1, false, true, 7, BLOCK_STAYS, false },
		{ 4, 3, 1, false, false, 0, BLOCK_GOES_BY_POINTER, false },
		{ 7, 2, 1, true, false, 0, BLOCK_LEAVES, false },
		{ 9, 4, 2, false, true, 4, BLOCK_STAYS, false },
		{ 13, 1, 1, false, false, 0, BLOCK_LEAVES, false },
	};

	are_blocks(code, sizeof(code), NULL, expected, 6);
}

/* A file that has a table at 4096. */
static bool read_table(const void *file, uint64_t address, void *to, size_t bytes)
{
	if (address < 4096 || address - 4096 + bytes > 24)
		return false;
	memcpy(to, (const uint8_t *)file + (address - 4096), bytes);
	return true;
}

/* Cases that run into each other begin where the table says; it ends where an entry leads to no instruction. */
static void finds_cases(void)
{
	static const uint8_t by_address[] = {
		0x3e, 0xff, 0x24, 0xc5, 0, 0x10, 0, 0, /* 0  notrack jmp *4096(,%rax,8) */
		0xff, 0xc0,                            /* 8  inc %eax */
		0xff, 0xc0,                            /* 10 inc %eax */
		0xc3,                                  /* 12 ret */
	};
	static const uint64_t addresses[] = { 1024 + 10, 1024 + 8, 1024 + 9 };
	static const uint8_t by_distance[] = {
		0x48, 0x8d, 0x15, 0xf9, 0x0b, 0, 0, /* 0  lea 4096(%rip),%rdx, linked at 1024 */
		0xff, 0xe0,                         /* 7  jmp *%rax */
		0xff, 0xc0,                         /* 9  inc %eax */
		0xc3,                               /* 11 ret */
	};
	static const int32_t distances[] = { 1024 + 11 - 4096, 1024 + 9 - 4096, 7, 0, 0, 0 };
	static const struct block with_addresses[] = {
		{ 0, 8, 1, false, false, 0, BLOCK_GOES_BY_POINTER, false },
		{ 8, 2, 1, true, false, 0, BLOCK_STAYS, true },
		{ 10, 3, 2, false, false, 0, BLOCK_LEAVES, true },
	};
	static const struct block with_distances[] = {
		{ 0, 9, 2, false, false, 0, BLOCK_GOES_BY_POINTER, false },
		{ 9, 2, 1, true, false, 0, BLOCK_STAYS, true },
		{ 11, 1, 1, false, false, 0, BLOCK_LEAVES, true },
	};
	const struct linked_memory first = { 1024, read_table, addresses }, second = { 1024, read_table, distances };

	are_blocks(by_address, sizeof(by_address), &first, with_addresses, 3);
	are_blocks(by_distance, sizeof(by_distance), &second, with_distances, 3);
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
	tells_where_blocks_lead();
	finds_cases();
	finds_calls();
	/* OpenSSL has instructions of every generation of vectors. */
	agrees("objdump -d -w /usr/lib/x86_64-linux-gnu/libcrypto.so.3 2>/dev/null | head -n 600000");
	agrees("objdump -d -w /lib/x86_64-linux-gnu/libc.so.6");
	return check_report("blocks");
}
