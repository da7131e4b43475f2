// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "symbols/punycode.h"

#include <stdint.h>
#include <string.h>

#define MAX_CHARACTERS 128

/* Parameters of section 5 of RFC 3492. */
enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, INITIAL_BIAS = 72, INITIAL_CHARACTER = 128 };

static uint32_t adapt(uint32_t delta, uint32_t count, bool is_first)
{
	uint32_t shifts = 0;

	delta = is_first ? delta / DAMP : delta / 2;
	delta += delta / count;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; shifts += BASE)
		delta /= BASE - T_MIN;
	return shifts + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

/* One number of variable length (section 6.2); false when it is cut or too large. */
static bool read_delta(const char **text, const char *end, uint32_t bias, uint32_t *delta)
{
	uint64_t weight = 1, value = 0;

	for (uint32_t k = BASE; *text < end; k += BASE) {
		char digit = *(*text)++;
		uint32_t number, threshold = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;

		if (digit >= 'a' && digit <= 'z')
			number = digit - 'a';
		else if (digit >= '0' && digit <= '9')
			number = digit - '0' + 26;
		else
			return false;
		value += number * weight;
		if (value > UINT32_MAX)
			return false;
		if (number < threshold) {
			*delta = value;
			return true;
		}
		weight *= BASE - threshold;
		if (weight > UINT32_MAX)
			return false;
	}
	return false;
}

static size_t put_utf8(char *out, uint32_t character)
{
	if (character < 0x80) {
		out[0] = character;
		return 1;
	}
	if (character < 0x800) {
		out[0] = 0xc0 | character >> 6;
		out[1] = 0x80 | (character & 0x3f);
		return 2;
	}
	if (character < 0x10000) {
		out[0] = 0xe0 | character >> 12;
		out[1] = 0x80 | (character >> 6 & 0x3f);
		out[2] = 0x80 | (character & 0x3f);
		return 3;
	}
	out[0] = 0xf0 | character >> 18;
	out[1] = 0x80 | (character >> 12 & 0x3f);
	out[2] = 0x80 | (character >> 6 & 0x3f);
	out[3] = 0x80 | (character & 0x3f);
	return 4;
}

bool punycode_decode(char *out, size_t size, const char *text, size_t length)
{
	uint32_t characters[MAX_CHARACTERS], character = INITIAL_CHARACTER, bias = INITIAL_BIAS, count = 0, delta;
	const char *end = text + length, *delimiter = memrchr(text, '_', length);
	uint64_t position = 0;
	size_t used = 0;

	if (size < 4 * MAX_CHARACTERS || (delimiter && delimiter - text > MAX_CHARACTERS))
		return false;
	if (delimiter) {
		while (text < delimiter)
			characters[count++] = (unsigned char)*text++;
		text++;
	}
	while (text < end) {
		if (count == MAX_CHARACTERS || !read_delta(&text, end, bias, &delta))
			return false;
		position += delta;
		count++;
		bias = adapt(delta, count, count == 1 || position == delta);
		character += position / count;
		position %= count;
		if (character > 0x10ffff || (character >= 0xd800 && character < 0xe000))
			return false;
		memmove(&characters[position + 1], &characters[position], (count - 1 - position) * sizeof(*characters));
		characters[position++] = character;
	}
	for (uint32_t i = 0; i < count; i++)
		used += put_utf8(out + used, characters[i]);
	if (used >= size)
		return false;
	out[used] = '\0';
	return true;
}
