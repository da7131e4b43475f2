// SPDX-License-Identifier: Apache-2.0
#include "symbols/debug_file.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static int open_regular(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;

	if (fd >= 0 && (fstat(fd, &status) || !S_ISREG(status.st_mode))) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool has_build_id(int fd, const char *build_id)
{
	struct elf_image image;
	bool same;

	if (!elf_image_open(&image, fd))
		return false;
	same = strcmp(image.build_id, build_id) == 0;
	elf_image_close(&image);
	return same;
}

static bool has_checksum(int fd, uint32_t checksum)
{
	unsigned char block[64 << 10];
	uLong sum = crc32(0, NULL, 0);
	ssize_t got;

	while ((got = read(fd, block, sizeof(block))) > 0)
		sum = crc32(sum, block, got);
	return got == 0 && sum == checksum;
}

static int open_by_build_id(const struct elf_image *image)
{
	char path[64 + sizeof(image->build_id)];
	int fd;

	if (strlen(image->build_id) < 4)
		return -1;
	snprintf(path, sizeof(path), "/usr/lib/debug/.build-id/%.2s/%s.debug", image->build_id, image->build_id + 2);
	fd = open_regular(path);
	if (fd >= 0 && !has_build_id(fd, image->build_id)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int open_by_link(const struct elf_image *image, const char *path)
{
	static const char *const patterns[] = { "%.*s/%s", "%.*s/.debug/%s", "/usr/lib/debug%.*s/%s" };
	const char *slash = strrchr(path, '/'), *name;
	GElf_Word checksum;

	name = dwelf_elf_gnu_debuglink(image->elf, &checksum);
	if (!name || !*name || strchr(name, '/') || !slash)
		return -1;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		char candidate[8192];
		int fd;

		snprintf(candidate, sizeof(candidate), patterns[i], (int)(slash - path), path, name);
		fd = open_regular(candidate);
		if (fd < 0)
			continue;
		if (image->build_id[0] ? has_build_id(fd, image->build_id) : has_checksum(fd, checksum))
			return fd;
		close(fd);
	}
	return -1;
}

int debug_file_open(const struct elf_image *image, const char *path)
{
	int fd = open_by_build_id(image);

	return fd >= 0 ? fd : open_by_link(image, path);
}
