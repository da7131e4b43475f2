// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "unwind/table_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/bounds.h"
#include "support/fail.h"

/* Five numbers in hexadecimal, the version, and what is around them. */
#define NAME_BYTES 128

struct table_cache {
	int folder;
	/* Bytes in it. */
	uint64_t used;
};

/* Bytes of all files there: whatever is in the folder counts. */
static uint64_t count_bytes(int folder)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	uint64_t bytes = 0;
	struct dirent *entry;
	struct stat status;

	if (!entries) {
		if (copy >= 0)
			close(copy);
		return UINT64_MAX;
	}
	while ((entry = readdir(entries))) {
		if (fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0)
			bytes += status.st_size;
	}
	closedir(entries);
	return bytes;
}

/* Whether nobody but this user, and root, can have written what is there. */
static bool is_own(int fd, mode_t type)
{
	struct stat status;

	return fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) == type && status.st_uid == geteuid() &&
	       !(status.st_mode & (S_IWGRP | S_IWOTH));
}

struct table_cache *table_cache_open(const char *folder)
{
	struct table_cache *cache;
	int fd = open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	if (!is_own(fd, S_IFDIR)) {
		close(fd);
		errno = EPERM;
		return NULL;
	}
	cache = must_allocate(1, sizeof(*cache));
	*cache = (struct table_cache){ .folder = fd, .used = count_bytes(fd) };
	return cache;
}

/*
 * By what identifies a file's content without reading it: nobody can change it and leave all of this as it was, for the
 * time of a change cannot be set. And by who read it: another version may mean other rules by the same bytes.
 */
static bool name_of(int elf_fd, char name[NAME_BYTES])
{
	struct stat status;

	if (fstat(elf_fd, &status))
		return false;
	snprintf(name, NAME_BYTES, "%" PRIx64 "-%" PRIx64 "-%" PRIx64 "-%" PRIx64 ".%lx-" PROFBOUND_VERSION ".table",
		 (uint64_t)status.st_dev, (uint64_t)status.st_ino, (uint64_t)status.st_size, (uint64_t)status.st_ctim.tv_sec,
		 status.st_ctim.tv_nsec);
	return true;
}

int table_cache_find(const struct table_cache *cache, int elf_fd)
{
	char name[NAME_BYTES];
	int fd;

	if (!name_of(elf_fd, name))
		return -1;
	fd = openat(cache->folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || is_own(fd, S_IFREG))
		return fd;
	close(fd);
	return -1;
}

int table_cache_begin(struct table_cache *cache)
{
	if (cache->used >= MAX_CACHE_BYTES)
		return -1;
	return openat(cache->folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
}

void table_cache_keep(struct table_cache *cache, int elf_fd, int fd, bool is_whole)
{
	char name[NAME_BYTES], path[64];
	struct stat status;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (is_whole && name_of(elf_fd, name) && fstat(fd, &status) == 0 &&
	    linkat(AT_FDCWD, path, cache->folder, name, AT_SYMLINK_FOLLOW) == 0)
		cache->used += status.st_size;
	close(fd);
}

void table_cache_free(struct table_cache *cache)
{
	if (!cache)
		return;
	close(cache->folder);
	free(cache);
}
