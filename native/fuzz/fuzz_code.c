// SPDX-License-Identifier: Apache-2.0
/* Machine code: every byte is in one block at most, calls begin within it, and none is read behind the end. */
#include <stdlib.h>

#include "annotation/blocks.h"
#include "annotation/calls.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct block *blocks;
	size_t count = blocks_find(bytes, size, &blocks), end = 0;

	for (size_t i = 0; i < count; i++) {
		if (blocks[i].offset != end || blocks[i].instructions == 0)
			abort();
		end = blocks[i].offset + blocks[i].bytes;
	}
	if (end > size)
		abort();
	free(blocks);

	struct call *calls;

	count = calls_find(bytes, size, &calls);
	for (size_t i = 0; i < count; i++) {
		if (calls[i].offset >= size || (i > 0 && calls[i].offset <= calls[i - 1].offset))
			abort();
	}
	free(calls);
	return 0;
}
