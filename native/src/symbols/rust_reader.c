// SPDX-License-Identifier: Apache-2.0
#include "symbols/rust_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "support/bounds.h"
#include "symbols/punycode.h"

void rust_put(struct rust_reader *reader, const char *text, size_t length)
{
	size_t room = reader->size - 1 - reader->used;

	if (reader->is_silent || reader->is_broken)
		return;
	if (length > room)
		length = room;
	memcpy(reader->out + reader->used, text, length);
	reader->used += length;
	reader->out[reader->used] = '\0';
}

void rust_put_text(struct rust_reader *reader, const char *text)
{
	rust_put(reader, text, strlen(text));
}

void rust_put_number(struct rust_reader *reader, uint64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	rust_put_text(reader, text);
}

char rust_peek(const struct rust_reader *reader)
{
	return reader->at < reader->length ? reader->text[reader->at] : '\0';
}

bool rust_skip(struct rust_reader *reader, char expected)
{
	if (reader->is_broken || rust_peek(reader) != expected)
		return false;
	reader->at++;
	return true;
}

char rust_next(struct rust_reader *reader)
{
	if (reader->at >= reader->length) {
		reader->is_broken = true;
		return '\0';
	}
	return reader->text[reader->at++];
}

uint64_t rust_read_base62(struct rust_reader *reader)
{
	uint64_t value = 0;

	if (rust_skip(reader, '_'))
		return 0;
	while (!reader->is_broken) {
		char digit = rust_next(reader);
		unsigned number;

		if (digit == '_')
			return value + 1;
		if (digit >= '0' && digit <= '9')
			number = digit - '0';
		else if (digit >= 'a' && digit <= 'z')
			number = digit - 'a' + 10;
		else if (digit >= 'A' && digit <= 'Z')
			number = digit - 'A' + 36;
		else
			break;
		if (value > (UINT64_MAX - number - 1) / 62)
			break;
		value = value * 62 + number;
	}
	reader->is_broken = true;
	return 0;
}

uint64_t rust_read_optional(struct rust_reader *reader, char tag)
{
	uint64_t value = rust_skip(reader, tag) ? rust_read_base62(reader) : UINT64_MAX;

	return value == UINT64_MAX ? 0 : value + 1;
}

static size_t rust_read_decimal(struct rust_reader *reader)
{
	size_t value = 0;

	if (rust_skip(reader, '0'))
		return 0;
	if (rust_peek(reader) < '1' || rust_peek(reader) > '9')
		reader->is_broken = true;
	while (rust_peek(reader) >= '0' && rust_peek(reader) <= '9' && value <= MAX_NAME_BYTES)
		value = value * 10 + (rust_next(reader) - '0');
	return value;
}

struct rust_identifier rust_read_plain_identifier(struct rust_reader *reader)
{
	struct rust_identifier identifier = { .is_punycode = rust_skip(reader, 'u') };

	identifier.length = rust_read_decimal(reader);
	rust_skip(reader, '_');
	if (reader->is_broken || identifier.length > reader->length - reader->at) {
		reader->is_broken = true;
		return (struct rust_identifier){ .text = "" };
	}
	identifier.text = reader->text + reader->at;
	reader->at += identifier.length;
	return identifier;
}

struct rust_identifier rust_read_identifier(struct rust_reader *reader)
{
	uint64_t disambiguator = rust_read_optional(reader, 's');
	struct rust_identifier identifier = rust_read_plain_identifier(reader);

	identifier.disambiguator = disambiguator;
	return identifier;
}

void rust_put_identifier(struct rust_reader *reader, const struct rust_identifier *identifier)
{
	char text[1024];

	if (!identifier->is_punycode)
		rust_put(reader, identifier->text, identifier->length);
	else if (punycode_decode(text, sizeof(text), identifier->text, identifier->length))
		rust_put_text(reader, text);
	else
		reader->is_broken = true;
}

bool rust_enter(struct rust_reader *reader)
{
	if (reader->depth >= MAX_NAME_DEPTH || reader->steps >= MAX_NAME_STEPS || reader->used == reader->size - 1)
		reader->is_broken |= reader->used < reader->size - 1;
	else if (!reader->is_broken) {
		reader->depth++;
		reader->steps++;
		return true;
	}
	return false;
}

void rust_put_lifetime(struct rust_reader *reader, uint64_t index)
{
	char letter[] = "'a";

	if (index == 0) {
		rust_put_text(reader, "'_");
		return;
	}
	if (index > reader->lifetimes) {
		reader->is_broken = true;
		return;
	}
	index = reader->lifetimes - index;
	if (index < 26) {
		letter[1] = 'a' + index;
		rust_put_text(reader, letter);
	} else {
		rust_put_text(reader, "'z");
		rust_put_number(reader, index - 25);
	}
}
