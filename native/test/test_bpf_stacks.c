// SPDX-License-Identifier: Apache-2.0
/* Stacks as the BPF programs send them: kernel frames of four bytes and of eight, and records that are not whole. */
#include <stddef.h>

#include "backends/bpf_stacks.h"
#include "check.h"

#define FIXED offsetof(struct stack_record, frames)

static struct stack_record record;
static struct bpf_stacks stacks;

static void begin(uint16_t user_depth, uint16_t kernel_depth, uint16_t kernel_width)
{
	record = (struct stack_record){
		.header = { .kind = RECORD_SAMPLE, .pid = 10, .tid = 11, .cpu = 2 },
		.comm = "thread",
		.user_depth = user_depth,
		.kernel_depth = kernel_depth,
		.kernel_width = kernel_width,
		.end = UNWIND_TRUNCATED,
	};
	for (uint16_t i = 0; i < user_depth; i++)
		record.frames[i] = 0x555500000000 + i;
}

static bool take(size_t size, struct sample *sample)
{
	return bpf_stacks_take(&stacks, &record.header, size, sample);
}

static void test_narrow(void)
{
	struct sample sample;
	uint32_t *kernel;

	begin(3, 3, 4);
	kernel = (uint32_t *)&record.frames[3];
	kernel[0] = 0x81000010;
	kernel[1] = 0xc0001000;
	kernel[2] = 0x80000000;
	CHECK(take(FIXED + 3 * 8 + 3 * 4, &sample));
	CHECK_NUMBER(sample.pid, 10);
	CHECK_NUMBER(sample.user_depth, 3);
	CHECK_NUMBER(sample.user[2], 0x555500000002);
	CHECK_NUMBER(sample.kernel_depth, 3);
	CHECK_NUMBER(sample.kernel[0], 0xffffffff81000010);
	CHECK_NUMBER(sample.kernel[1], 0xffffffffc0001000);
	CHECK_NUMBER(sample.kernel[2], 0xffffffff80000000);
	CHECK_NUMBER(sample.end, UNWIND_TRUNCATED);
	CHECK(!take(FIXED + 3 * 8 + 3 * 4 - 1, &sample));
}

static void test_wide(void)
{
	struct sample sample;

	begin(1, 2, 8);
	record.frames[1] = 0xfffffe0000001000;
	record.frames[2] = 0xffffffff81000010;
	CHECK(take(FIXED + 3 * 8, &sample));
	CHECK_NUMBER(sample.kernel[0], 0xfffffe0000001000);
	CHECK_NUMBER(sample.kernel[1], 0xffffffff81000010);
	CHECK(!take(FIXED + 3 * 8 - 1, &sample));
}

static void test_malformed(void)
{
	struct sample sample;

	begin(1, 1, 6);
	CHECK(!take(sizeof(record), &sample));
	begin(1, MAX_KERNEL_DEPTH + 1, 4);
	CHECK(!take(sizeof(record), &sample));
	begin(0, 0, 4);
	CHECK(take(FIXED, &sample));
	CHECK_NUMBER(sample.user_depth + sample.kernel_depth, 0);
	CHECK(!take(FIXED - 1, &sample));
}

int main(void)
{
	test_narrow();
	test_wide();
	test_malformed();
	return check_report("bpf_stacks");
}
