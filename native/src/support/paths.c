// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "support/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int path_open_below(int root, const char *path, int flags)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	int fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

	/* Linux before 5.6. */
	return fd < 0 && errno == ENOSYS ? openat(root, path + strspn(path, "/"), flags | O_CLOEXEC) : fd;
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Takes the last part off `out`; false when there is none to take, or it is "..". */
static bool pop(char *out, size_t *used)
{
	char *slash;

	out[*used] = '\0';
	slash = strrchr(out, '/');
	if (*used == 0 || strcmp(slash ? slash + 1 : out, "..") == 0)
		return false;
	*used = slash ? (size_t)(slash - out) : 0;
	return true;
}

/* Appends the parts of `path`, without "." and with ".." taken off. */
static void append(char *out, size_t size, size_t *used, bool absolute, const char *path)
{
	while (*path) {
		size_t length = strcspn(path, "/");
		bool parent = length == 2 && strncmp(path, "..", 2) == 0;
		bool dropped = length == 0 || (length == 1 && *path == '.') || (parent && (pop(out, used) || absolute));
		bool slash = *used > 0 || absolute;

		if (!dropped && *used + slash + length < size) {
			if (slash)
				out[(*used)++] = '/';
			memcpy(out + *used, path, length);
			*used += length;
		}
		path += length;
		path += strspn(path, "/");
	}
}

void path_join(char *out, size_t size, const char *folder, const char *name)
{
	bool absolute = name[0] == '/' || folder[0] == '/';
	size_t used = 0;

	if (name[0] != '/')
		append(out, size, &used, absolute, folder);
	append(out, size, &used, absolute, name);
	out[used] = '\0';
}
