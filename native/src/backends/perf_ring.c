// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "backends/perf_ring.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/fail.h"

/* perf_event_header.size has 16 bits. */
#define MAX_RECORD_BYTES 65536

bool perf_ring_map(struct perf_ring *ring, int fd, size_t bytes)
{
	size_t page_bytes = sysconf(_SC_PAGESIZE);
	void *mapped = mmap(NULL, page_bytes + bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (mapped == MAP_FAILED)
		return false;
	*ring = (struct perf_ring){ .page = mapped, .data = (const uint8_t *)mapped + page_bytes, .bytes = bytes };
	return true;
}

void perf_ring_unmap(struct perf_ring *ring)
{
	if (ring->page)
		munmap(ring->page, (size_t)(ring->data - (const uint8_t *)ring->page) + ring->bytes);
	free(ring->joined);
	*ring = (struct perf_ring){ 0 };
}

void perf_ring_refresh(struct perf_ring *ring)
{
	/* Pairs with the kernel's barrier: what lies before head is written. */
	ring->head = __atomic_load_n(&ring->page->data_head, __ATOMIC_ACQUIRE);
}

const struct perf_event_header *perf_ring_peek(struct perf_ring *ring)
{
	size_t at = ring->tail & (ring->bytes - 1);
	const struct perf_event_header *header = (const struct perf_event_header *)(ring->data + at);
	size_t first = ring->bytes - at;

	if (ring->head == ring->tail)
		return NULL;
	/* Records are multiples of 8 bytes, so a header never wraps. A size that cannot be leaves nothing to go on from. */
	if (header->size < sizeof(*header) || header->size > ring->head - ring->tail) {
		ring->tail = ring->head;
		return NULL;
	}
	if (header->size <= first)
		return header;
	if (!ring->joined)
		ring->joined = must_allocate(1, MAX_RECORD_BYTES);
	memcpy(ring->joined, header, first);
	memcpy(ring->joined + first, ring->data, header->size - first);
	return (const struct perf_event_header *)ring->joined;
}

void perf_ring_skip(struct perf_ring *ring)
{
	const struct perf_event_header *header =
		(const struct perf_event_header *)(ring->data + (ring->tail & (ring->bytes - 1)));

	if (ring->head != ring->tail)
		ring->tail += header->size;
}

void perf_ring_release(struct perf_ring *ring)
{
	__atomic_store_n(&ring->page->data_tail, ring->tail, __ATOMIC_RELEASE);
}
