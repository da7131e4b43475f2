/* SPDX-License-Identifier: Apache-2.0 */
/* How the collector ends when it cannot go on: one clear line on stderr and the exit code that says whose fault it is. */
#ifndef PROFBOUND_FAIL_H
#define PROFBOUND_FAIL_H

enum exit_code {
	EXIT_WRITTEN = 0,
	EXIT_USAGE = 3,
	EXIT_CANNOT_MEASURE = 4,
};

/* Prints "profbound-collect: MESSAGE" to stderr and exits with `code`. */
_Noreturn void fail(enum exit_code code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Allocation that cannot fail: there is nothing sensible to do without memory. */
void *must_allocate(unsigned long count, unsigned long size);
void *must_resize(void *block, unsigned long count, unsigned long size);
char *must_copy(const char *text);

#endif
