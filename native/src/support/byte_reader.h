/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads little-endian numbers from bytes that are not trusted. A read beyond the end gives 0 and marks the reader as
 * failed, which stays so; whoever reads may therefore check once, at the end.
 */
#ifndef PROFBOUND_BYTE_READER_H
#define PROFBOUND_BYTE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct byte_reader {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
};

static inline size_t bytes_left(const struct byte_reader *reader)
{
	return reader->end - reader->at;
}

/* The next `count` bytes; NULL when there are fewer. */
static inline const uint8_t *read_bytes(struct byte_reader *reader, uint64_t count)
{
	const uint8_t *bytes = reader->at;

	if (reader->failed || count > bytes_left(reader)) {
		reader->failed = true;
		return NULL;
	}
	reader->at += count;
	return bytes;
}

/* An unsigned number of `size` bytes, at most 8. */
static inline uint64_t read_unsigned(struct byte_reader *reader, size_t size)
{
	const uint8_t *bytes = read_bytes(reader, size);
	uint64_t value = 0;

	if (bytes)
		memcpy(&value, bytes, size);
	return value;
}

static inline uint8_t read_byte(struct byte_reader *reader)
{
	if (reader->failed || reader->at == reader->end) {
		reader->failed = true;
		return 0;
	}
	return *reader->at++;
}

/* LEB128: seven bits a byte, low ones first. Bits beyond the 64th are dropped. `shift` is behind the last bit read. */
static inline uint64_t read_leb128(struct byte_reader *reader, unsigned *shift, uint8_t *last)
{
	uint64_t value = 0;

	*shift = 0;
	do {
		*last = read_byte(reader);
		if (*shift < 64)
			value |= (uint64_t)(*last & 0x7f) << *shift;
		*shift += 7;
	} while (*last & 0x80);
	return value;
}

static inline uint64_t read_uleb128(struct byte_reader *reader)
{
	unsigned shift;
	uint8_t last;

	return read_leb128(reader, &shift, &last);
}

static inline int64_t read_sleb128(struct byte_reader *reader)
{
	unsigned shift;
	uint8_t last;
	uint64_t value = read_leb128(reader, &shift, &last);

	if (shift < 64 && last & 0x40)
		value |= ~0ULL << shift;
	return value;
}

#endif
