// SPDX-License-Identifier: Apache-2.0
#include "processes/mappings.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/fail.h"
#include "support/bounds.h"

static const char deleted_suffix[] = " (deleted)";

/* A number in `base` followed by `separator`; leaves `*at` behind the separator. */
static bool take_number(char **at, int base, char separator, uint64_t *number)
{
	char *end;

	if (!isxdigit((unsigned char)**at))
		return false;
	*number = strtoull(*at, &end, base);
	if (end == *at || *end != separator)
		return false;
	*at = end + 1;
	return true;
}

/* The kernel writes a newline within a path as \012 and nothing else so. */
static void unescape_newlines(char *path)
{
	char *out = path;

	while (*path) {
		bool escaped = strncmp(path, "\\012", 4) == 0;

		*out++ = escaped ? '\n' : *path;
		path += escaped ? 4 : 1;
	}
	*out = '\0';
}

static bool cut_suffix(char *text, const char *suffix)
{
	size_t length = strlen(text), suffix_length = strlen(suffix);

	if (length < suffix_length || strcmp(text + length - suffix_length, suffix) != 0)
		return false;
	text[length - suffix_length] = '\0';
	return true;
}

static enum mapping_kind kind_of(const char *path)
{
	if (strcmp(path, "[vdso]") == 0)
		return MAPPING_VDSO;
	/* [heap], [stack], [anon:…], //anon; shared anonymous memory is a deleted /dev/zero or /SYSV…. */
	if (path[0] != '/' || path[1] == '/' || strcmp(path, "/dev/zero") == 0 || strncmp(path, "/SYSV", 5) == 0)
		return MAPPING_ANONYMOUS;
	return MAPPING_FILE;
}

/* START-END PERMISSIONS OFFSET MAJOR:MINOR INODE PATH */
static bool parse_line(char *line, struct mapping *mapping)
{
	uint64_t major, minor;
	char *permissions;

	*mapping = (struct mapping){ 0 };
	if (!take_number(&line, 16, '-', &mapping->start) || !take_number(&line, 16, ' ', &mapping->end))
		return false;
	permissions = line;
	if (strnlen(permissions, 5) < 5 || permissions[4] != ' ' || permissions[2] != 'x')
		return false;
	line += 5;
	if (!take_number(&line, 16, ' ', &mapping->offset) || !take_number(&line, 16, ':', &major) ||
	    !take_number(&line, 16, ' ', &minor) || !isdigit((unsigned char)*line))
		return false;
	mapping->device = major << 32 | minor;
	mapping->inode = strtoull(line, &line, 10);
	if (*line != '\0' && *line != ' ')
		return false;
	line += strspn(line, " ");
	unescape_newlines(line);
	mapping->deleted = cut_suffix(line, deleted_suffix);
	mapping->kind = kind_of(line);
	mapping->path = line;
	return mapping->start < mapping->end;
}

void mappings_parse(struct mappings *mappings, char *text)
{
	size_t capacity = 0;
	uint64_t end = 0;

	mappings_free(mappings);
	while (*text && mappings->count < MAX_MAPPINGS) {
		char *line = text, *newline = strchr(text, '\n');
		struct mapping mapping;

		text = newline ? newline + 1 : text + strlen(text);
		if (newline)
			*newline = '\0';
		if (!parse_line(line, &mapping) || mapping.start < end)
			continue;
		end = mapping.end;
		if (mappings->count == capacity) {
			capacity = capacity ? capacity * 2 : 32;
			mappings->entries = must_resize(mappings->entries, capacity, sizeof(*mappings->entries));
		}
		mapping.path = must_copy(mapping.kind == MAPPING_ANONYMOUS ? "" : mapping.path);
		mappings->entries[mappings->count++] = mapping;
	}
}

bool mappings_read(struct mappings *mappings, pid_t pid)
{
	size_t size = 0, capacity = 64 << 10;
	char path[64], *text;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	text = must_allocate(capacity, 1);
	while ((got = read(fd, text + size, capacity - size - 1)) > 0 && size < MAX_MAPS_BYTES) {
		size += got;
		if (capacity - size < 8192) {
			capacity *= 2;
			text = must_resize(text, capacity, 1);
		}
	}
	close(fd);
	text[size] = '\0';
	/* A process that is exiting has no memory any more: its file is empty. So is that of a kernel thread. */
	if (got >= 0 && size > 0)
		mappings_parse(mappings, text);
	free(text);
	return got >= 0 && size > 0;
}

struct mapping *mappings_find(const struct mappings *mappings, uint64_t address)
{
	size_t low = 0, high = mappings->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mappings->entries[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == mappings->count || address < mappings->entries[low].start)
		return NULL;
	return &mappings->entries[low];
}

void mappings_free(struct mappings *mappings)
{
	for (size_t i = 0; i < mappings->count; i++)
		free(mappings->entries[i].path);
	free(mappings->entries);
	memset(mappings, 0, sizeof(*mappings));
}
