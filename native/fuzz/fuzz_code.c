// SPDX-License-Identifier: Apache-2.0
/* Machine code: every byte is in one block at most, calls begin within it, and none is read behind the end. */
#include <stdlib.h>
#include <string.h>

#include "annotation/blocks.h"
#include "annotation/calls.h"

struct input {
	const uint8_t *bytes;
	size_t size;
};

/* Tables lie in the input, too: it is linked at 0. */
static bool read_input(const void *file, uint64_t address, void *to, size_t bytes)
{
	const struct input *input = file;

	if (address > input->size || bytes > input->size - address)
		return false;
	memcpy(to, input->bytes + address, bytes);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct block *blocks;
	const struct input input = { bytes, size };
	const struct linked_memory memory = { .read = read_input, .file = &input };
	size_t count = blocks_find(bytes, size, &memory, &blocks), end = 0;

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
