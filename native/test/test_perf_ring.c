// SPDX-License-Identifier: Apache-2.0
/* Reading a ring buffer: order, records that wrap, what is given back, what cannot be. */
#include <stdlib.h>

#include "check.h"
#include "backends/perf_ring.h"

#define RING_BYTES 256

/* A ring as the kernel would have it, without a kernel. */
struct fixture {
	struct perf_event_mmap_page page;
	uint8_t data[RING_BYTES] __attribute__((aligned(8)));
	struct perf_ring ring;
};

static void open_fixture(struct fixture *fixture, uint64_t position)
{
	memset(fixture, 0, sizeof(*fixture));
	fixture->page.data_head = fixture->page.data_tail = position;
	fixture->ring = (struct perf_ring){
		.page = &fixture->page, .data = fixture->data, .bytes = RING_BYTES, .head = position, .tail = position
	};
}

/* Writes a record of `size` bytes whose payload is all `fill`, as the kernel does: byte by byte around the end. */
static void write_record(struct fixture *fixture, uint16_t size, uint8_t fill)
{
	struct perf_event_header header = { .type = fill, .size = size };
	uint8_t bytes[RING_BYTES];

	memset(bytes, fill, sizeof(bytes));
	memcpy(bytes, &header, sizeof(header));
	for (uint16_t i = 0; i < size; i++)
		fixture->data[(fixture->page.data_head + i) % RING_BYTES] = bytes[i];
	fixture->page.data_head += size;
}

/* Whether the record is the one that write_record() wrote with these arguments. */
static bool is_record(const struct perf_event_header *header, uint16_t size, uint8_t fill)
{
	const uint8_t *bytes = (const uint8_t *)header;

	if (!header || header->size != size || header->type != fill)
		return false;
	for (uint16_t i = sizeof(*header); i < size; i++) {
		if (bytes[i] != fill)
			return false;
	}
	return true;
}

static void reads_in_order(void)
{
	struct fixture fixture;

	open_fixture(&fixture, 0);
	CHECK(perf_ring_peek(&fixture.ring) == NULL);
	write_record(&fixture, 24, 1);
	write_record(&fixture, 8, 2);
	CHECK(perf_ring_peek(&fixture.ring) == NULL);
	perf_ring_refresh(&fixture.ring);
	CHECK(is_record(perf_ring_peek(&fixture.ring), 24, 1));
	CHECK(is_record(perf_ring_peek(&fixture.ring), 24, 1));
	perf_ring_skip(&fixture.ring);
	CHECK(is_record(perf_ring_peek(&fixture.ring), 8, 2));
	CHECK_NUMBER(fixture.page.data_tail, 0);
	perf_ring_release(&fixture.ring);
	CHECK_NUMBER(fixture.page.data_tail, 24);
	perf_ring_skip(&fixture.ring);
	CHECK(perf_ring_peek(&fixture.ring) == NULL);
	perf_ring_skip(&fixture.ring);
	perf_ring_release(&fixture.ring);
	CHECK_NUMBER(fixture.page.data_tail, 32);
}

/* Wherever the end of the buffer cuts the record; positions are beyond 32 bits after a while. */
static void joins_what_wraps(void)
{
	struct fixture fixture;

	for (uint64_t position = (1ULL << 33) - 64; position <= (1ULL << 33); position += 8) {
		open_fixture(&fixture, position);
		write_record(&fixture, 64, 7);
		write_record(&fixture, 16, 8);
		perf_ring_refresh(&fixture.ring);
		CHECK(is_record(perf_ring_peek(&fixture.ring), 64, 7));
		perf_ring_skip(&fixture.ring);
		CHECK(is_record(perf_ring_peek(&fixture.ring), 16, 8));
		perf_ring_skip(&fixture.ring);
		CHECK(perf_ring_peek(&fixture.ring) == NULL);
		free(fixture.ring.joined);
	}
}

static void reads_a_full_ring(void)
{
	struct fixture fixture;

	open_fixture(&fixture, 136);
	write_record(&fixture, RING_BYTES, 9);
	perf_ring_refresh(&fixture.ring);
	CHECK(is_record(perf_ring_peek(&fixture.ring), RING_BYTES, 9));
	perf_ring_skip(&fixture.ring);
	CHECK(perf_ring_peek(&fixture.ring) == NULL);
	free(fixture.ring.joined);
}

static void gives_up_impossible_sizes(void)
{
	static const uint16_t sizes[] = { 0, 7, 40 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct fixture fixture;

		open_fixture(&fixture, 0);
		write_record(&fixture, 32, 3);
		((struct perf_event_header *)fixture.data)->size = sizes[i];
		perf_ring_refresh(&fixture.ring);
		CHECK(perf_ring_peek(&fixture.ring) == NULL);
		perf_ring_release(&fixture.ring);
		CHECK_NUMBER(fixture.page.data_tail, 32);
		write_record(&fixture, 16, 4);
		perf_ring_refresh(&fixture.ring);
		CHECK(is_record(perf_ring_peek(&fixture.ring), 16, 4));
	}
}

int main(void)
{
	reads_in_order();
	joins_what_wraps();
	reads_a_full_ring();
	gives_up_impossible_sizes();
	return check_report("perf_ring");
}
