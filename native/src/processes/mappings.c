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
#include "target/process_status.h"

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

void mapping_set_name(struct mapping *mapping, char *name)
{
	mapping->deleted = cut_suffix(name, deleted_suffix);
	mapping->kind = kind_of(name);
	if (mapping->kind == MAPPING_ANONYMOUS)
		*name = '\0';
	mapping->path = name;
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
	mapping_set_name(mapping, line);
	return mapping->start < mapping->end;
}

static void reserve(struct mappings *mappings, size_t count)
{
	if (count <= mappings->capacity)
		return;
	mappings->capacity = count < 16 ? 32 : count * 2;
	mappings->entries = must_resize(mappings->entries, mappings->capacity, sizeof(*mappings->entries));
}

void mappings_parse(struct mappings *mappings, char *text)
{
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
		reserve(mappings, mappings->count + 1);
		mapping.path = must_copy(mapping.path);
		mappings->entries[mappings->count++] = mapping;
	}
}

/* Reads the maps file of a process or thread; false when there is none, or it is empty. */
static bool read_maps(struct mappings *mappings, pid_t pid)
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
	/* A thread that is exiting has no memory any more: its file is empty. So is that of a kernel thread. */
	if (got >= 0 && size > 0)
		mappings_parse(mappings, text);
	free(text);
	return got >= 0 && size > 0;
}

bool mappings_read(struct mappings *mappings, pid_t pid)
{
	pid_t other;

	if (read_maps(mappings, pid))
		return true;
	other = process_other_thread(pid);
	return other && read_maps(mappings, other);
}

/* The index of the first mapping that ends behind `address`. */
static size_t first_behind(const struct mappings *mappings, uint64_t address)
{
	size_t low = 0, high = mappings->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mappings->entries[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct mapping *mappings_find(const struct mappings *mappings, uint64_t address)
{
	size_t index = first_behind(mappings, address);

	if (index == mappings->count || address < mappings->entries[index].start)
		return NULL;
	return &mappings->entries[index];
}

static bool same_memory(const struct mapping *one, const struct mapping *other)
{
	return one->kind == other->kind && one->deleted == other->deleted && one->device == other->device &&
	       one->inode == other->inode && strcmp(one->path, other->path) == 0;
}

/* Whether `next` lies where `one` would go on: in memory, and in the file if there is one. */
static bool continues(const struct mapping *one, const struct mapping *next)
{
	return one->end == next->start && same_memory(one, next) &&
	       (one->kind == MAPPING_ANONYMOUS || one->offset + (one->end - one->start) == next->offset);
}

/* Whether all of `mapping` is known already. */
static bool lies_within(const struct mapping *mapping, const struct mapping *known)
{
	return known->start <= mapping->start && mapping->end <= known->end && same_memory(known, mapping) &&
	       (known->kind == MAPPING_ANONYMOUS || known->offset + (mapping->start - known->start) == mapping->offset);
}

/* Moves the entries from `from` on to `to`. */
static void move_entries(struct mappings *mappings, size_t to, size_t from)
{
	memmove(mappings->entries + to, mappings->entries + from, (mappings->count - from) * sizeof(*mappings->entries));
	mappings->count += to - from;
}

/* Cuts the mappings that START-END overlaps, for which one entry is reserved; returns the index at which it belongs. */
static size_t cut_out(struct mappings *mappings, uint64_t start, uint64_t end)
{
	size_t first = first_behind(mappings, start), last;
	struct mapping *entry = &mappings->entries[first];

	if (first < mappings->count && entry->start < start) {
		/* Its part behind `start` becomes a mapping of its own. */
		move_entries(mappings, first + 1, first);
		entry[1].path = must_copy(entry->path);
		entry[1].offset += start - entry->start;
		entry[1].start = start;
		entry->end = start;
		first++;
	}
	for (last = first; last < mappings->count && mappings->entries[last].end <= end; last++)
		free(mappings->entries[last].path);
	entry = &mappings->entries[last];
	if (last < mappings->count && entry->start < end) {
		entry->offset += end - entry->start;
		entry->start = end;
	}
	move_entries(mappings, first, last);
	return first;
}

/* Makes one of the mapping at `index` and the next. */
static void join_with_next(struct mappings *mappings, size_t index)
{
	mappings->entries[index].end = mappings->entries[index + 1].end;
	free(mappings->entries[index + 1].path);
	move_entries(mappings, index + 1, index + 2);
}

struct mapping *mappings_insert(struct mappings *mappings, const struct mapping *mapping)
{
	const struct mapping *known = mappings_find(mappings, mapping->start);
	size_t index;

	/* A cut may leave one mapping more than there were. */
	if ((known && lies_within(mapping, known)) || mappings->count + 2 > MAX_MAPPINGS)
		return NULL;
	reserve(mappings, mappings->count + 2);
	index = cut_out(mappings, mapping->start, mapping->end);
	move_entries(mappings, index + 1, index);
	mappings->entries[index] = *mapping;
	mappings->entries[index].path = must_copy(mapping->path);
	if (index + 1 < mappings->count && continues(&mappings->entries[index], &mappings->entries[index + 1]))
		join_with_next(mappings, index);
	if (index > 0 && continues(&mappings->entries[index - 1], &mappings->entries[index]))
		join_with_next(mappings, --index);
	return &mappings->entries[index];
}

void mappings_copy(struct mappings *to, const struct mappings *from)
{
	mappings_free(to);
	reserve(to, from->count);
	for (size_t i = 0; i < from->count; i++) {
		to->entries[i] = from->entries[i];
		to->entries[i].path = must_copy(from->entries[i].path);
	}
	to->count = from->count;
}

void mappings_free(struct mappings *mappings)
{
	for (size_t i = 0; i < mappings->count; i++)
		free(mappings->entries[i].path);
	free(mappings->entries);
	memset(mappings, 0, sizeof(*mappings));
}
