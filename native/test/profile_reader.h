/* SPDX-License-Identifier: Apache-2.0 */
/* Reads pprof files back: only as much as tests ask of them, and nothing that the writer uses. */
#ifndef PROFBOUND_PROFILE_READER_H
#define PROFBOUND_PROFILE_READER_H

#include <stdlib.h>
#include <zlib.h>

#include "check.h"

struct field {
	uint32_t number;
	/* An integer's value, or the length of `bytes`. */
	uint64_t value;
	const uint8_t *bytes; /* NULL: an integer */
};

struct message {
	const uint8_t *at;
	const uint8_t *end;
};

static inline uint64_t next_varint(struct message *message)
{
	uint64_t value = 0;

	for (unsigned shift = 0; message->at < message->end && shift < 64; shift += 7) {
		uint8_t byte = *message->at++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	CHECK(!"a varint is cut");
	return 0;
}

/* False at the end of the message. */
static inline bool next_field(struct message *message, struct field *field)
{
	uint64_t tag;

	if (message->at >= message->end)
		return false;
	tag = next_varint(message);
	*field = (struct field){ .number = tag >> 3, .value = next_varint(message) };
	if ((tag & 7) == 0)
		return true;
	if (!CHECK((tag & 7) == 2 && field->value <= (uint64_t)(message->end - message->at)))
		return false;
	field->bytes = message->at;
	message->at += field->value;
	return true;
}

static inline struct message embedded(const struct field *field)
{
	return (struct message){ field->bytes, field->bytes + field->value };
}

/* The `index`-th field of that number; its number is 0 when there is none. */
static inline struct field find_field(struct message message, uint32_t number, uint64_t index)
{
	struct field field;

	while (next_field(&message, &field)) {
		if (field.number == number && index-- == 0)
			return field;
	}
	return (struct field){ 0 };
}

static inline uint64_t integer(struct message message, uint32_t number)
{
	return find_field(message, number, 0).value;
}

static inline uint64_t count_fields(struct message message, uint32_t number)
{
	struct field field;
	uint64_t count = 0;

	while (next_field(&message, &field))
		count += field.number == number;
	return count;
}

/* A copy of string `index` of the profile, in a buffer that the next call reuses. */
static inline const char *string_at(struct message profile, uint64_t index)
{
	static char text[8192];
	struct field field = find_field(profile, 6, index);

	if (!CHECK(field.bytes && field.value < sizeof(text)))
		return "";
	memcpy(text, field.bytes, field.value);
	text[field.value] = '\0';
	return text;
}

/* The message (field `number`) whose id, its field 1, is `id`. */
static inline struct message by_id(struct message profile, uint32_t number, uint64_t id)
{
	struct field field;

	while (next_field(&profile, &field)) {
		if (field.number == number && integer(embedded(&field), 1) == id)
			return embedded(&field);
	}
	CHECK(!"there is no message of that id");
	return (struct message){ 0 };
}

/* The n-th location id of a sample. */
static inline uint64_t location_id(struct message sample, uint64_t index)
{
	struct field field = find_field(sample, 1, 0);
	struct message ids = embedded(&field);

	while (index-- > 0)
		next_varint(&ids);
	return next_varint(&ids);
}

static inline uint64_t depth_of(struct message sample)
{
	struct field field = find_field(sample, 1, 0);
	struct message ids = embedded(&field);
	uint64_t depth = 0;

	for (; ids.at < ids.end; depth++)
		next_varint(&ids);
	return depth;
}

/* The n-th value of a sample. */
static inline uint64_t value_at(struct message sample, uint64_t index)
{
	struct field field = find_field(sample, 2, 0);
	struct message values = embedded(&field);

	while (index-- > 0)
		next_varint(&values);
	return next_varint(&values);
}

/* The name of the function of frame `index` of a sample. */
static inline const char *function_name(struct message profile, struct message sample, uint64_t index)
{
	struct message location = by_id(profile, 4, location_id(sample, index));
	struct field line = find_field(location, 4, 0);

	return string_at(profile, integer(by_id(profile, 5, integer(embedded(&line), 1)), 2));
}

/* Unpacks a file; the bytes are the caller's to free. */
static inline struct message read_profile(const char *path, uint8_t **bytes)
{
	size_t capacity = 16 << 20;
	gzFile file = gzopen(path, "rb");
	int size;

	*bytes = malloc(capacity);
	if (!CHECK(file && *bytes))
		exit(1);
	CHECK(!gzdirect(file));
	size = gzread(file, *bytes, capacity);
	CHECK(size > 0 && gzclose(file) == Z_OK);
	return (struct message){ *bytes, *bytes + (size > 0 ? size : 0) };
}

#endif
