// SPDX-License-Identifier: Apache-2.0
#include "support/fail.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void fail(enum exit_code code, const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fputs("profbound-collect: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(code);
}

void *must_allocate(unsigned long count, unsigned long size)
{
	void *block = calloc(count ? count : 1, size);

	if (!block)
		fail(EXIT_CANNOT_MEASURE, "out of memory");
	return block;
}

void *must_resize(void *block, unsigned long count, unsigned long size)
{
	void *resized = size && count > SIZE_MAX / size ? NULL : realloc(block, count * size);

	if (!resized)
		fail(EXIT_CANNOT_MEASURE, "out of memory");
	return resized;
}

char *must_copy(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		fail(EXIT_CANNOT_MEASURE, "out of memory");
	return copy;
}
