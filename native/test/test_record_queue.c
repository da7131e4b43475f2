// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "backends/record_queue.h"
#include "check.h"

static char handed_over[64];

static void take(uint64_t time, const void *record, size_t size)
{
	CHECK(((uintptr_t)record & 7) == 0);
	strncat(handed_over, record, size);
}

static void check_taken(struct record_queue *queue, uint64_t horizon, const char *expected)
{
	handed_over[0] = '\0';
	record_queue_take(queue, horizon, take);
	CHECK_TEXT(handed_over, expected);
}

static void orders_by_time(void)
{
	struct record_queue queue = { 0 };

	check_taken(&queue, UINT64_MAX, "");
	record_queue_add(&queue, 30, "c", 1);
	record_queue_add(&queue, 10, "a1", 2);
	record_queue_add(&queue, 20, "b", 1);
	record_queue_add(&queue, 10, "a2", 2);
	check_taken(&queue, 9, "");
	check_taken(&queue, 20, "a1a2b");
	/* What waits is not handed over twice, and what comes late still comes first. */
	record_queue_add(&queue, 25, "late", 4);
	check_taken(&queue, 29, "late");
	check_taken(&queue, 30, "c");
	check_taken(&queue, UINT64_MAX, "");
	record_queue_free(&queue);
}

static void keeps_many(void)
{
	struct record_queue queue = { 0 };
	uint32_t left = 0;

	for (uint32_t i = 0; i < 5000; i++)
		record_queue_add(&queue, 5000 - i, "", 1);
	for (uint64_t horizon = 0; horizon < 5000; horizon += 100) {
		record_queue_take(&queue, horizon, take);
		left += queue.count == 5000 - horizon;
	}
	CHECK_NUMBER(left, 50);
	record_queue_free(&queue);
}

int main(void)
{
	orders_by_time();
	keeps_many();
	return check_report("record_queue");
}
