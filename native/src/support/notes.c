// SPDX-License-Identifier: Apache-2.0
#include "support/notes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "support/fail.h"

void notes_add(struct notes *notes, const char *format, ...)
{
	char line[900];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	for (size_t i = 0; i < notes->count; i++) {
		if (strcmp(notes->lines[i], line) == 0)
			return;
	}
	if (notes->count < MAX_NOTES)
		notes->lines[notes->count++] = must_copy(line);
}
