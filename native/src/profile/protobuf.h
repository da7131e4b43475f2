/* SPDX-License-Identifier: Apache-2.0 */
/* Protocol buffers' wire format, as much of it as a writer needs. */
#ifndef PROFBOUND_PROTOBUF_H
#define PROFBOUND_PROTOBUF_H

#include <stddef.h>
#include <stdint.h>

struct protobuf {
	uint8_t *bytes;
	size_t size;
	size_t capacity;
};

/* Field of an integer type; zero is what an absent field means, and is not written. */
void protobuf_integer(struct protobuf *message, uint32_t field, uint64_t value);

/* Repeated integers, packed. */
void protobuf_integers(struct protobuf *message, uint32_t field, const uint64_t *values, size_t count);

/* A string, bytes or an embedded message. */
void protobuf_bytes(struct protobuf *message, uint32_t field, const void *bytes, size_t size);

void protobuf_free(struct protobuf *message);

#endif
