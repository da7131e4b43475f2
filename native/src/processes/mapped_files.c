// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "processes/mapped_files.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/paths.h"
#include "target/process_status.h"

/* Finds the line of this process's own mapping at `start`. */
static bool find_own(uint64_t start, struct mapped_identity *identity)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[8192];
	bool found = false;

	if (!maps)
		return false;
	while (!found && fgets(line, sizeof(line), maps)) {
		uint64_t from, major, minor;

		found = sscanf(line, "%" SCNx64 "-%*x %*s %*x %" SCNx64 ":%" SCNx64 " %" SCNu64, &from, &major, &minor,
			       &identity->inode) == 4 &&
			from == start;
		identity->device = major << 32 | minor;
	}
	fclose(maps);
	return found;
}

bool mapped_file_identify(int fd, struct mapped_identity *identity)
{
	size_t bytes = sysconf(_SC_PAGESIZE);
	/* Nothing is read through it. */
	void *mapped = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE, fd, 0);
	bool found;

	if (mapped == MAP_FAILED)
		return false;
	found = find_own((uint64_t)mapped, identity);
	munmap(mapped, bytes);
	return found;
}

static bool is_mapped_file(int fd, const struct mapping *mapping)
{
	struct mapped_identity identity;

	return mapped_file_identify(fd, &identity) && identity.device == mapping->device && identity.inode == mapping->inode;
}

/*
 * Turns a handle (O_PATH, or -1), which is closed, into an open file if it is what was mapped. Devices and the like are
 * not even opened, which for them can have effects.
 */
static int open_handle(int handle, const struct mapping *mapping)
{
	struct stat status;
	char path[64];
	int fd = -1;

	if (handle < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", handle);
	if (fstat(handle, &status) == 0 && S_ISREG(status.st_mode))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	close(handle);
	if (fd < 0 || is_mapped_file(fd, mapping))
		return fd;
	close(fd);
	return -1;
}

/* As /proc shows it of a process or thread; -1 when it does not. */
static int open_shown(pid_t pid, const struct mapping *mapping)
{
	char path[8192];
	int fd;

	/* Also when it is deleted or a memfd; needs CAP_CHECKPOINT_RESTORE. */
	snprintf(path, sizeof(path), "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, pid, mapping->start, mapping->end);
	fd = open_handle(open(path, O_PATH | O_CLOEXEC), mapping);
	if (fd >= 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	fd = open_handle(open(path, O_PATH | O_CLOEXEC), mapping);
	/* What now has the name of a deleted file is another file. */
	if (fd >= 0 || mapping->deleted)
		return fd;
	snprintf(path, sizeof(path), "/proc/%d/root%s", pid, mapping->path);
	return open_handle(open(path, O_PATH | O_CLOEXEC), mapping);
}

int mapped_file_open(pid_t pid, int root, const struct mapping *mapping)
{
	int fd = open_shown(pid, mapping);
	pid_t other = fd < 0 ? process_other_thread(pid) : 0;

	if (other)
		fd = open_shown(other, mapping);
	if (fd >= 0 || mapping->deleted)
		return fd;
	if (root >= 0)
		fd = open_handle(path_open_below(root, mapping->path, O_PATH), mapping);
	return fd >= 0 ? fd : open_handle(open(mapping->path, O_PATH | O_CLOEXEC), mapping);
}
