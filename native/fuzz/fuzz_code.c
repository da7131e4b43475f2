// SPDX-License-Identifier: Apache-2.0
/* Machine code: every byte is in one block at most, and none is read behind the end. */
#include <stdlib.h>

#include "annotation/blocks.h"

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
	return 0;
}
