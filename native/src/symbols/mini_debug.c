// SPDX-License-Identifier: Apache-2.0
#include "symbols/mini_debug.h"

#include <lzma.h>
#include <stdlib.h>

#include "support/bounds.h"
#include "support/fail.h"
#include "symbols/elf_image.h"
#include "symbols/elf_symbols.h"

/* Unpacks an xz file; the bytes are the caller's to free. NULL when it is damaged or larger than it may be. */
static uint8_t *unpack(const Elf_Data *packed, size_t *size)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	lzma_ret result = lzma_stream_decoder(&stream, MAX_MINI_DEBUG_BYTES, 0);
	size_t capacity = 0;
	uint8_t *out = NULL;

	stream.next_in = packed->d_buf;
	stream.avail_in = packed->d_size;
	while (result == LZMA_OK && (stream.avail_out || capacity < MAX_MINI_DEBUG_BYTES)) {
		if (!stream.avail_out) {
			size_t grown = capacity ? capacity * 2 : 1 << 16;

			out = must_resize(out, grown, 1);
			stream.next_out = out + capacity;
			stream.avail_out = grown - capacity;
			capacity = grown;
		}
		result = lzma_code(&stream, LZMA_FINISH);
	}
	*size = stream.total_out;
	lzma_end(&stream);
	if (result == LZMA_STREAM_END)
		return out;
	free(out);
	return NULL;
}

void mini_debug_read(struct symbols *symbols, Elf *elf)
{
	Elf_Scn *section;
	GElf_Shdr header;
	Elf_Data *packed;
	uint8_t *bytes;
	size_t size;
	Elf *unpacked;

	if (!elf_find_section(elf, ".gnu_debugdata", &section, &header))
		return;
	packed = elf_rawdata(section, NULL);
	bytes = packed && packed->d_buf ? unpack(packed, &size) : NULL;
	unpacked = bytes ? elf_memory((char *)bytes, size) : NULL;
	if (unpacked)
		elf_symbols_read(symbols, unpacked);
	elf_end(unpacked);
	free(bytes);
}
