// SPDX-License-Identifier: Apache-2.0
#include "symbols/rust_const.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void read_const_integer(struct rust_reader *reader)
{
	size_t start, digits;
	uint64_t value = 0;

	if (rust_skip(reader, 'n'))
		rust_put_text(reader, "-");
	for (start = reader->at; rust_peek(reader) != '_' && !reader->is_broken;) {
		char digit = rust_next(reader);

		if (!strchr("0123456789abcdef", digit) || !digit)
			reader->is_broken = true;
		value = value << 4 | (digit <= '9' ? digit - '0' : digit - 'a' + 10);
	}
	digits = reader->at - start;
	rust_skip(reader, '_');
	if (digits <= 16) {
		rust_put_number(reader, value);
	} else {
		rust_put_text(reader, "0x");
		rust_put(reader, reader->text + start, digits);
	}
}

static uint64_t read_const_digits(struct rust_reader *reader)
{
	uint64_t value = 0;

	while (!reader->is_broken && rust_peek(reader) != '_') {
		char digit = rust_next(reader);

		if (!digit || !strchr("0123456789abcdef", digit) || value >> 32)
			reader->is_broken = true;
		value = value << 4 | (digit <= '9' ? digit - '0' : digit - 'a' + 10);
	}
	rust_skip(reader, '_');
	return value;
}

static void read_const_character(struct rust_reader *reader)
{
	static const char *const escaped[][2] = { { "\t", "\\t" }, { "\r", "\\r" }, { "\n", "\\n" }, { "\\", "\\\\" },
						  { "\"", "\"" }, { "'", "\\'" } };
	uint64_t value = read_const_digits(reader);
	char text[32];

	if (value >= 0x20 && value < 0x7f)
		snprintf(text, sizeof(text), "%c", (char)value);
	else
		snprintf(text, sizeof(text), "\\u{%" PRIx64 "}", value);
	for (size_t i = 0; i < sizeof(escaped) / sizeof(*escaped); i++) {
		if (value == (unsigned char)escaped[i][0][0])
			snprintf(text, sizeof(text), "%s", escaped[i][1]);
	}
	rust_put_text(reader, "'");
	rust_put_text(reader, text);
	rust_put_text(reader, "'");
}

void rust_read_const(struct rust_reader *reader, char type)
{
	if (type == 'b')
		rust_put_text(reader, read_const_digits(reader) ? "true" : "false");
	else if (type == 'c')
		read_const_character(reader);
	else if (type && strchr("aslxnihtmyoj", type))
		read_const_integer(reader);
	else
		reader->is_broken = true;
}
