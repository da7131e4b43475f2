// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "target/environment.h"

#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "support/fail.h"

/* What the kernel passed to this program: "NAME=VALUE" with a NUL behind each; NULL when it cannot be read. */
static char *read_given(size_t *size)
{
	size_t capacity = 64 << 10;
	char *text;
	ssize_t got;
	int fd = open("/proc/self/environ", O_RDONLY | O_CLOEXEC);

	*size = 0;
	if (fd < 0)
		return NULL;
	text = must_allocate(capacity, 1);
	while ((got = read(fd, text + *size, capacity - *size - 1)) > 0) {
		*size += got;
		if (capacity - *size < 4096) {
			capacity *= 2;
			text = must_resize(text, capacity, 1);
		}
	}
	close(fd);
	text[*size] = '\0';
	return text;
}

void environment_restore(void)
{
	size_t size, count = 0;
	char *text;

	if (!getauxval(AT_SECURE))
		return;
	/* The files in /proc of a program with file capabilities are root's, also for itself. */
	prctl(PR_SET_DUMPABLE, 1);
	text = read_given(&size);
	if (!text)
		return;
	environ = must_allocate(size + 1, sizeof(*environ));
	for (size_t at = 0; at < size; at += strlen(text + at) + 1)
		environ[count++] = text + at;
}
