/* SPDX-License-Identifier: Apache-2.0 */
/* The reading end of a perf ring buffer: records in order, whole even where they wrap. */
#ifndef PROFBOUND_PERF_RING_H
#define PROFBOUND_PERF_RING_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct perf_ring {
	struct perf_event_mmap_page *page;
	const uint8_t *data;
	/* Bytes of data, a power of two. */
	size_t bytes;
	/* Positions as the kernel counts them: they only grow. Unread records lie between tail and head. */
	uint64_t head;
	uint64_t tail;
	/* Where a record that wraps is put together; allocated when the first one does. */
	uint8_t *joined;
};

/* Maps the buffer of the event `fd` with `bytes` of data; false with errno set (EPERM: more than may be locked). */
bool perf_ring_map(struct perf_ring *ring, int fd, size_t bytes);
void perf_ring_unmap(struct perf_ring *ring);

/* Takes notice of what the kernel has written since the last time. */
void perf_ring_refresh(struct perf_ring *ring);

/* The oldest unread record, NULL when there is none; valid until the next call on this ring. */
const struct perf_event_header *perf_ring_peek(struct perf_ring *ring);

/* Counts the record that perf_ring_peek() returned as read. */
void perf_ring_skip(struct perf_ring *ring);

/* Gives the room of what was read back to the kernel. */
void perf_ring_release(struct perf_ring *ring);

#endif
