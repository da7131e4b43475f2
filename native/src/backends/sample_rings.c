// SPDX-License-Identifier: Apache-2.0
#include "backends/sample_rings.h"

#include <sys/mman.h>

#include "profile.h"

bool sample_rings_open(struct sample_rings *rings, int fd, size_t count, uint32_t bytes)
{
	void *mapped = mmap(NULL, count * sizeof(struct sample_ring), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (mapped == MAP_FAILED)
		return false;
	*rings = (struct sample_rings){ .rings = mapped, .count = count, .bytes = bytes };
	return true;
}

static void take_of(struct sample_ring *ring, uint32_t bytes, void (*take)(const void *record, size_t size))
{
	uint64_t written = __atomic_load_n(&ring->written, __ATOMIC_ACQUIRE), taken = ring->taken;

	while (taken != written) {
		const __u64 *entry = &ring->records[(taken & (bytes - 1)) / 8];

		take(entry + 1, *entry);
		taken += sizeof(*entry) + *entry;
	}
	__atomic_store_n(&ring->taken, taken, __ATOMIC_RELEASE);
}

void sample_rings_take(struct sample_rings *rings, void (*take)(const void *record, size_t size))
{
	for (size_t i = 0; i < rings->count; i++)
		take_of(&rings->rings[i], rings->bytes, take);
}

void sample_rings_close(struct sample_rings *rings)
{
	if (rings->rings)
		munmap(rings->rings, rings->count * sizeof(struct sample_ring));
	*rings = (struct sample_rings){ 0 };
}
