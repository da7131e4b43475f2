// SPDX-License-Identifier: Apache-2.0
/* The rings of samples, written as the BPF program does, round after round. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "backends/sample_rings.h"
#include "check.h"
#include "profile.h"

#define RING_COUNT 2
#define RING_BYTES 4096

static uint64_t expected[RING_COUNT];
static uint64_t records_taken;

/* Every word of a record says which ring it is of, and which record. */
static void take(const void *record, size_t size)
{
	const uint64_t *words = record;
	uint64_t ring = words[0] >> 32;

	CHECK(ring < RING_COUNT);
	CHECK_NUMBER((uint32_t)words[0], expected[ring]);
	CHECK_NUMBER(size, 8 * (1 + expected[ring] % 50));
	for (size_t i = 0; i < size / 8; i++)
		CHECK_NUMBER(words[i], words[0]);
	expected[ring]++;
	records_taken++;
}

static bool put(struct sample_ring *ring, uint64_t word, uint64_t bytes)
{
	__u64 *entry = &ring->records[(ring->written & (RING_BYTES - 1)) / 8];

	if (ring->written + 8 + bytes - ring->taken > RING_BYTES)
		return false;
	entry[0] = bytes;
	for (uint64_t i = 1; i <= bytes / 8; i++)
		entry[i] = word;
	ring->written += 8 + bytes;
	return true;
}

static void takes_all_in_order(struct sample_rings *rings)
{
	uint64_t number[RING_COUNT] = { 0 }, refused = 0;

	for (int round = 0; round < 1000; round++) {
		for (uint64_t of = 0; of < RING_COUNT; of++) {
			for (int i = 0; i < 5 + round % 30; i++) {
				if (put(&rings->rings[of], of << 32 | number[of], 8 * (1 + number[of] % 50)))
					number[of]++;
				else
					refused++;
			}
		}
		sample_rings_take(rings, take);
	}
	CHECK_NUMBER(records_taken, number[0] + number[1]);
	CHECK(refused > 0);
	CHECK(rings->rings[0].taken > 100 * RING_BYTES);
	CHECK_NUMBER(rings->rings[0].taken, rings->rings[0].written);
}

int main(void)
{
	int fd = memfd_create("rings", 0);
	struct sample_rings rings;

	CHECK(ftruncate(fd, RING_COUNT * sizeof(struct sample_ring)) == 0);
	CHECK(sample_rings_open(&rings, fd, RING_COUNT, RING_BYTES));
	takes_all_in_order(&rings);
	sample_rings_close(&rings);
	CHECK(rings.rings == NULL);
	CHECK(!sample_rings_open(&rings, -1, RING_COUNT, RING_BYTES));
	close(fd);
	return check_report("sample_rings");
}
