// SPDX-License-Identifier: Apache-2.0
#include "profile/protobuf.h"

#include <stdlib.h>
#include <string.h>

#include "support/fail.h"

enum wire_type { WIRE_VARINT = 0, WIRE_BYTES = 2 };

/* Longest varint. */
#define VARINT_BYTES 10

static void reserve(struct protobuf *message, size_t size)
{
	if (message->capacity - message->size >= size)
		return;
	message->capacity = (message->capacity + size) * 2;
	message->bytes = must_resize(message->bytes, message->capacity, 1);
}

static void put_varint(struct protobuf *message, uint64_t value)
{
	reserve(message, VARINT_BYTES);
	while (value >= 0x80) {
		message->bytes[message->size++] = (uint8_t)value | 0x80;
		value >>= 7;
	}
	message->bytes[message->size++] = (uint8_t)value;
}

static size_t varint_size(uint64_t value)
{
	size_t size = 1;

	while (value >>= 7)
		size++;
	return size;
}

void protobuf_integer(struct protobuf *message, uint32_t field, uint64_t value)
{
	if (value == 0)
		return;
	put_varint(message, field << 3 | WIRE_VARINT);
	put_varint(message, value);
}

void protobuf_integers(struct protobuf *message, uint32_t field, const uint64_t *values, size_t count)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += varint_size(values[i]);
	put_varint(message, field << 3 | WIRE_BYTES);
	put_varint(message, size);
	for (size_t i = 0; i < count; i++)
		put_varint(message, values[i]);
}

void protobuf_bytes(struct protobuf *message, uint32_t field, const void *bytes, size_t size)
{
	put_varint(message, field << 3 | WIRE_BYTES);
	put_varint(message, size);
	reserve(message, size);
	if (size)
		memcpy(message->bytes + message->size, bytes, size);
	message->size += size;
}

void protobuf_free(struct protobuf *message)
{
	free(message->bytes);
	memset(message, 0, sizeof(*message));
}
