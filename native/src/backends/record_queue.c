// SPDX-License-Identifier: Apache-2.0
#include "backends/record_queue.h"

#include <stdlib.h>
#include <string.h>

#include "support/fail.h"

void record_queue_add(struct record_queue *queue, uint64_t time, const void *record, size_t size)
{
	size_t padded = (size + 7) & ~(size_t)7;

	if (queue->count == queue->capacity) {
		queue->capacity = queue->capacity ? queue->capacity * 2 : 256;
		queue->entries = must_resize(queue->entries, queue->capacity, sizeof(*queue->entries));
	}
	if (queue->used + padded > queue->allocated) {
		queue->allocated = (queue->used + padded) * 2;
		queue->bytes = must_resize(queue->bytes, queue->allocated, 1);
	}
	memcpy(queue->bytes + queue->used, record, size);
	queue->entries[queue->count++] = (struct queued_record){ .time = time, .offset = queue->used, .size = size };
	queue->used += padded;
}

static int by_time(const void *a, const void *b)
{
	const struct queued_record *one = a, *other = b;

	if (one->time != other->time)
		return one->time < other->time ? -1 : 1;
	return one->offset < other->offset ? -1 : one->offset > other->offset;
}

/* Adds again what is not handed over yet: its bytes move to the front. */
static void keep_rest(struct record_queue *queue, size_t first)
{
	struct record_queue rest = { 0 };

	for (size_t i = first; i < queue->count; i++) {
		const struct queued_record *entry = &queue->entries[i];

		record_queue_add(&rest, entry->time, queue->bytes + entry->offset, entry->size);
	}
	record_queue_free(queue);
	*queue = rest;
}

void record_queue_take(struct record_queue *queue, uint64_t horizon,
		       void (*take)(uint64_t time, const void *record, size_t size))
{
	size_t taken = 0;

	if (queue->count > 0)
		qsort(queue->entries, queue->count, sizeof(*queue->entries), by_time);
	for (; taken < queue->count && queue->entries[taken].time <= horizon; taken++) {
		const struct queued_record *entry = &queue->entries[taken];

		take(entry->time, queue->bytes + entry->offset, entry->size);
	}
	if (taken < queue->count) {
		keep_rest(queue, taken);
		return;
	}
	queue->count = 0;
	queue->used = 0;
}

void record_queue_free(struct record_queue *queue)
{
	free(queue->entries);
	free(queue->bytes);
	*queue = (struct record_queue){ 0 };
}
