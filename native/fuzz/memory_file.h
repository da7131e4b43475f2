/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_MEMORY_FILE_H
#define PROFBOUND_MEMORY_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* An open file of these bytes, the same descriptor each time: making one takes longer than most inputs. */
static inline int memory_file(const uint8_t *bytes, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("input", MFD_CLOEXEC);
	if (ftruncate(fd, 0) || pwrite(fd, bytes, size, 0) != (ssize_t)size)
		abort();
	return fd;
}

#endif
