// SPDX-License-Identifier: Apache-2.0
#include "support/json.h"

#include <inttypes.h>
#include <string.h>

static void begin(struct json *json, const char *key)
{
	if (json->need_comma)
		fputc(',', json->stream);
	json->need_comma = true;
	if (key)
		fprintf(json->stream, "\"%s\":", key);
}

void json_open(struct json *json, const char *key, char bracket)
{
	begin(json, key);
	fputc(bracket, json->stream);
	json->need_comma = false;
}

void json_close(struct json *json, char bracket)
{
	fputc(bracket, json->stream);
	json->need_comma = true;
}

/* Bytes of the UTF-8 sequence at `text`, 0 when it is not one (overlong, surrogate, beyond U+10FFFF, cut). */
static int utf8_length(const unsigned char *text)
{
	uint32_t code, least;
	int length;

	if (text[0] < 0x80)
		return 1;
	if ((text[0] & 0xe0) == 0xc0) {
		length = 2;
		code = text[0] & 0x1f;
		least = 0x80;
	} else if ((text[0] & 0xf0) == 0xe0) {
		length = 3;
		code = text[0] & 0x0f;
		least = 0x800;
	} else if ((text[0] & 0xf8) == 0xf0) {
		length = 4;
		code = text[0] & 0x07;
		least = 0x10000;
	} else {
		return 0;
	}
	for (int i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return length;
}

void json_string(struct json *json, const char *key, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	begin(json, key);
	fputc('"', json->stream);
	while (*at) {
		int length = utf8_length(at);

		if (length == 0) {
			fputs("\\ufffd", json->stream);
			length = 1;
		} else if (length > 1) {
			fwrite(at, 1, length, json->stream);
		} else if (*at == '"' || *at == '\\') {
			fprintf(json->stream, "\\%c", *at);
		} else if (*at < 0x20 || *at == 0x7f) {
			fprintf(json->stream, "\\u%04x", *at);
		} else {
			fputc(*at, json->stream);
		}
		at += length;
	}
	fputc('"', json->stream);
}

void json_unsigned(struct json *json, const char *key, uint64_t value)
{
	begin(json, key);
	fprintf(json->stream, "%" PRIu64, value);
}

void json_signed(struct json *json, const char *key, int64_t value)
{
	begin(json, key);
	fprintf(json->stream, "%" PRId64, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin(json, key);
	fputs(value ? "true" : "false", json->stream);
}

void json_null(struct json *json, const char *key)
{
	begin(json, key);
	fputs("null", json->stream);
}

void utf8_sanitise(char *out, size_t size, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t used = 0;

	while (*at) {
		int length = utf8_length(at);
		int step = length ? length : 1;

		if (used + step >= size)
			break;
		if (length)
			memcpy(out + used, at, length);
		else
			out[used] = '?';
		used += step;
		at += step;
	}
	out[used] = '\0';
}
