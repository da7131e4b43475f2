/* SPDX-License-Identifier: Apache-2.0 */
/* Writes JSON to a stream; commas and escapes are its business, nesting is the caller's. */
#ifndef PROFBOUND_JSON_H
#define PROFBOUND_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *stream;
	bool need_comma;
};

void json_open(struct json *json, const char *key, char bracket); /* '{' or '[' */
void json_close(struct json *json, char bracket);		   /* '}' or ']' */
/* `key` is NULL inside an array. Invalid UTF-8 becomes U+FFFD, control characters are escaped. */
void json_string(struct json *json, const char *key, const char *text);
void json_unsigned(struct json *json, const char *key, uint64_t value);
void json_signed(struct json *json, const char *key, int64_t value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/* Copies `text` into `out` (at most `size` - 1 bytes) as valid UTF-8; what is not becomes '?'. */
void utf8_sanitise(char *out, size_t size, const char *text);

#endif
