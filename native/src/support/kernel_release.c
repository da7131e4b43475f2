// SPDX-License-Identifier: Apache-2.0
#include "support/kernel_release.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

struct release {
	int major;
	int minor;
	int patch;
};

static struct release parse(const char *text)
{
	struct release release = { 0 };

	sscanf(text, "%d.%d.%d", &release.major, &release.minor, &release.patch);
	return release;
}

static const struct utsname *names(void)
{
	static struct utsname names;

	if (names.release[0] == '\0')
		uname(&names);
	return &names;
}

const char *kernel_release(void)
{
	return names()->release;
}

const char *kernel_version(void)
{
	return names()->version;
}

bool kernel_release_is_since(const char *text, int major, int minor)
{
	struct release release = parse(text);

	return release.major > major || (release.major == major && release.minor >= minor);
}

bool kernel_may_lock_up(const char *text, const char *version)
{
	/* Its releases have no patch level: 6.1.0-27. */
	const char *debian = strstr(version, "Debian ");
	struct release release = parse(debian ? debian + strlen("Debian ") : text);

	if (!kernel_release_is_since(text, 5, 19) || kernel_release_is_since(text, 6, 4))
		return false;
	if (release.major == 6 && release.minor == 1)
		return release.patch < 36;
	return release.major != 6 || release.minor != 3 || release.patch < 10;
}
