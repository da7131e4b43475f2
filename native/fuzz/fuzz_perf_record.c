// SPDX-License-Identifier: Apache-2.0
/* One record of a perf ring; the kernel makes it whole words, and says how many. */
#include <stdlib.h>
#include <string.h>

#include "backends/perf_record.h"

/* Reads what a stack refers to. */
static uint64_t sum(const uint64_t *addresses, uint32_t count)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < count; i++)
		total += addresses[i];
	return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct perf_event_header *header;
	struct perf_sample sample;
	struct perf_comm comm;
	struct perf_task task;
	static volatile uint64_t sink;

	size -= size % 8;
	if (size < sizeof(*header) || size > UINT16_MAX)
		return 0;
	header = malloc(size);
	memcpy(header, bytes, size);
	header->size = size;
	sink += perf_record_time(header) + perf_record_lost(header);
	if (perf_record_sample(header, &sample))
		sink += sum(sample.kernel, sample.kernel_depth) + sum(sample.user, sample.user_depth);
	if (perf_record_comm(header, &comm))
		sink += strlen(comm.name);
	perf_record_task(header, &task);
	free(header);
	return 0;
}
