/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records on their way from the BPF programs' ring, put into the order of time: the ring has them in that of their
 * reservation, and what other rings have to say of the same moment may come later.
 */
#ifndef PROFBOUND_RECORD_QUEUE_H
#define PROFBOUND_RECORD_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct queued_record {
	uint64_t time;
	/* Position in `bytes`: records of the same time stay in the order they came in. */
	size_t offset;
	size_t size;
};

struct record_queue {
	struct queued_record *entries;
	size_t count;
	size_t capacity;
	uint8_t *bytes;
	size_t used;
	size_t allocated;
};

/* Copies a record of `size` bytes, made at `time`. */
void record_queue_add(struct record_queue *queue, uint64_t time, const void *record, size_t size);

/* Hands over what is no younger than `horizon`, in the order of time, and forgets it. Records begin at multiples of 8. */
void record_queue_take(struct record_queue *queue, uint64_t horizon,
		       void (*take)(uint64_t time, const void *record, size_t size));

void record_queue_free(struct record_queue *queue);

#endif
