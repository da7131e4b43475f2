// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "check.h"
#include "support/json.h"

static void writes_nested_values(void)
{
	char *text;
	size_t size;
	struct json json = { .stream = open_memstream(&text, &size) };

	json_open(&json, NULL, '{');
	json_string(&json, "name", "a\"b\\c\n\x01");
	json_open(&json, "list", '[');
	json_unsigned(&json, NULL, UINT64_MAX);
	json_signed(&json, NULL, -1);
	json_close(&json, ']');
	json_open(&json, "empty", '[');
	json_close(&json, ']');
	json_bool(&json, "yes", true);
	json_null(&json, "nothing");
	json_close(&json, '}');
	fclose(json.stream);
	CHECK_TEXT(text, "{\"name\":\"a\\\"b\\\\c\\u000a\\u0001\",\"list\":[18446744073709551615,-1],\"empty\":[],"
			 "\"yes\":true,\"nothing\":null}");
	free(text);
}

static void replaces_what_is_not_utf8(void)
{
	char *text;
	size_t size;
	struct json json = { .stream = open_memstream(&text, &size) };

	/* A lone continuation, an overlong slash, a surrogate, beyond U+10FFFF, a cut sequence; then a valid one. */
	json_string(&json, NULL, "\x80|\xc0\xaf|\xed\xa0\x80|\xf4\x90\x80\x80|\xe2\x82");
	json_string(&json, NULL, "\xe2\x82\xac");
	fclose(json.stream);
	CHECK_TEXT(text, "\"\\ufffd|\\ufffd\\ufffd|\\ufffd\\ufffd\\ufffd|\\ufffd\\ufffd\\ufffd\\ufffd|\\ufffd\\ufffd\","
			 "\"\xe2\x82\xac\"");
	free(text);
}

static void sanitises_into_a_buffer(void)
{
	char out[8];

	utf8_sanitise(out, sizeof(out), "a\xff\xe2\x82\xac");
	CHECK_TEXT(out, "a?\xe2\x82\xac");
	/* A character that does not fit is left out as a whole. */
	utf8_sanitise(out, sizeof(out), "12345\xe2\x82\xac");
	CHECK_TEXT(out, "12345");
	utf8_sanitise(out, sizeof(out), "123456789");
	CHECK_TEXT(out, "1234567");
	utf8_sanitise(out, 1, "x");
	CHECK_TEXT(out, "");
}

int main(void)
{
	writes_nested_values();
	replaces_what_is_not_utf8();
	sanitises_into_a_buffer();
	return check_report("json");
}
