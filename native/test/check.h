/* SPDX-License-Identifier: Apache-2.0 */
/* A test harness of one page: a failed check says where and what, and the program's exit code says whether any failed. */
#ifndef PROFBOUND_CHECK_H
#define PROFBOUND_CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static unsigned checks_passed, checks_failed;

static inline bool check_that(bool holds, const char *file, int line, const char *text)
{
	if (holds) {
		checks_passed++;
	} else {
		checks_failed++;
		fprintf(stderr, "%s:%d: %s\n", file, line, text);
	}
	return holds;
}

static inline void check_text(const char *actual, const char *expected, const char *file, int line, const char *text)
{
	bool same = actual && strcmp(actual, expected) == 0;

	if (!check_that(same, file, line, text))
		fprintf(stderr, "  is       \"%s\"\n  expected \"%s\"\n", actual ? actual : "(null)", expected);
}

static inline void check_number(uint64_t actual, uint64_t expected, const char *file, int line, const char *text)
{
	if (!check_that(actual == expected, file, line, text))
		fprintf(stderr, "  is       %" PRIu64 " (%" PRIx64 ")\n  expected %" PRIu64 " (%" PRIx64 ")\n", actual, actual,
			expected, expected);
}

#define CHECK(condition) check_that(condition, __FILE__, __LINE__, #condition)
#define CHECK_TEXT(actual, expected) check_text(actual, expected, __FILE__, __LINE__, #actual)
#define CHECK_NUMBER(actual, expected) check_number(actual, expected, __FILE__, __LINE__, #actual)

/* Prints the counts; the value is what main() returns. */
static inline int check_report(const char *name)
{
	printf("%-14s %u passed, %u failed\n", name, checks_passed, checks_failed);
	return checks_failed ? 1 : 0;
}

#endif
