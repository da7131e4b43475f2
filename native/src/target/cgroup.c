// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "target/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "support/fail.h"

static int open_folder(const char *mount, const char *path)
{
	char whole[4096];

	if (snprintf(whole, sizeof(whole), "%s%s", mount, path) >= (int)sizeof(whole)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(whole, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool is_cgroup(int fd)
{
	struct statfs status;

	return fstatfs(fd, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

void cgroup_open(struct cgroup_target *cgroup, const char *path)
{
	static const char *const mounts[] = { "", "/sys/fs/cgroup/", "/sys/fs/cgroup/unified/" };
	struct stat status;
	bool exists = false;

	/* A path that begins with / is tried as it is first, then as the kernel writes it in /proc/PID/cgroup. */
	for (size_t i = path[0] != '/'; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		cgroup->fd = open_folder(mounts[i], path);
		if (cgroup->fd < 0)
			continue;
		exists = true;
		if (is_cgroup(cgroup->fd) && fstat(cgroup->fd, &status) == 0) {
			/* The inode of a cgroup's folder is its id. */
			cgroup->id = status.st_ino;
			return;
		}
		close(cgroup->fd);
	}
	if (exists)
		fail(EXIT_USAGE, "--cgroup %s: not a cgroup of version 2; boot with systemd.unified_cgroup_hierarchy=1, or name one below "
				 "where cgroup2 is mounted",
		     path);
	fail(EXIT_USAGE, "--cgroup %s: there is no such cgroup, here or below /sys/fs/cgroup", path);
}

bool cgroup_exists(const struct cgroup_target *cgroup)
{
	char byte;
	int events = openat(cgroup->fd, "cgroup.controllers", O_RDONLY | O_CLOEXEC);
	bool exists = events >= 0 && read(events, &byte, 1) >= 0;

	if (events >= 0)
		close(events);
	return exists;
}

void cgroup_close(struct cgroup_target *cgroup)
{
	if (cgroup->id)
		close(cgroup->fd);
	cgroup->fd = -1;
}
