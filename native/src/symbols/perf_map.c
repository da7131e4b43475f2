// SPDX-License-Identifier: Apache-2.0
/* Names of code that was generated at run time, as runtimes write them for perf. */
#include "symbols/perf_map.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/paths.h"

/* Opens a file in /tmp below the owner's root; -1 when it is not the owner's, which `*is_stale` says of a file of that name. */
static int open_owned(const struct perf_map_owner *owner, const char *path, bool *is_stale)
{
	struct stat status;
	bool is_file, is_theirs;
	int fd;

	fd = path_open_below(owner->root, path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return -1;
	/* A fifo or a device in its place must not hang or flood us; a start time is exact to a clock tick. */
	is_file = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
	is_theirs = is_file && status.st_uid == owner->user && status.st_mtime >= owner->started - 1;
	if (is_theirs)
		return fd;
	*is_stale |= is_file;
	close(fd);
	return -1;
}

int perf_map_open(const struct perf_map_owner *owner, bool *is_stale)
{
	char path[64];

	snprintf(path, sizeof(path), "tmp/perf-%d.map", owner->pid);
	return open_owned(owner, path, is_stale);
}

int perf_map_open_jitdump(const struct perf_map_owner *owner, bool *is_stale)
{
	char path[64];

	snprintf(path, sizeof(path), "tmp/jit-%d.dump", owner->pid);
	return open_owned(owner, path, is_stale);
}

/* The parts of "HEXSTART HEXSIZE NAME"; false when a line is of another form. */
static bool parse_line(const char *line, uint64_t *start, uint64_t *bytes, const char **name)
{
	char *rest;

	if (!isxdigit((unsigned char)*line))
		return false;
	*start = strtoull(line, &rest, 16);
	if (*rest != ' ' || !isxdigit((unsigned char)rest[1]))
		return false;
	*bytes = strtoull(rest + 1, &rest, 16);
	*name = rest + 1;
	return *rest == ' ' && rest[1] != '\0';
}

void perf_map_parse(struct symbols *symbols, char *text, size_t size)
{
	char *at = text, *end = text + size;

	while (at < end && !symbols->is_full) {
		char *line = at, *newline = memchr(at, '\n', end - at);
		uint64_t start, bytes;
		const char *name;

		/* The writer may be in the middle of its last line. */
		if (!newline)
			return;
		*newline = '\0';
		at = newline + 1;
		if (!parse_line(line, &start, &bytes, &name))
			naming_lose(symbols->account, LOSS_LINES, *line != '\0');
		else if (bytes > 0)
			symbols_add(symbols, start, bytes, name, SYMBOL_RUNTIME);
	}
}

/* V8 says what kind of code it is before the name: JS:*f, JS:~f, JS:*'f, LazyCompile:*f, Function:f, Script:~. */
static const char *skip_v8_kind(const char *text)
{
	static const char *const kinds[] = { "JS:", "LazyCompile:", "Function:", "InterpretedFunction:", "Script:", "Eval:" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t length = strlen(kinds[i]);

		if (strncmp(text, kinds[i], length) == 0) {
			text += length;
			text += *text && strchr("*~^+", *text) ? 1 : 0;
			/* Of code that is specialised for its closure. */
			return *text == '\'' && strchr("*+", text[-1]) ? text + 1 : text;
		}
	}
	return NULL;
}

/* Cuts ":DIGITS" off the end of `text`; false when it does not end so. */
static bool cut_number(char *text, uint32_t *number)
{
	char *colon = strrchr(text, ':');

	if (!colon || !isdigit((unsigned char)colon[1]) || strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return false;
	*number = strtoul(colon + 1, NULL, 10);
	*colon = '\0';
	return true;
}

/* Where the script's name begins: names of getters (get size) and folders may have spaces too. */
static const char *find_place(const char *text)
{
	static const char *const beginnings[] = { " /", " file:", " node:", " evalmachine", " wasm:", " [eval" };
	const char *first = NULL;

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++) {
		const char *found = strstr(text, beginnings[i]);

		if (found && (!first || found < first))
			first = found;
	}
	return first ? first : strrchr(text, ' ');
}

void perf_map_name_parse(const char *text, struct perf_map_name *name)
{
	const char *function = skip_v8_kind(text), *space;
	char place[sizeof(name->file)];
	uint32_t column;

	*name = (struct perf_map_name){ 0 };
	space = function ? find_place(function) : NULL;
	if (!space) {
		snprintf(name->name, sizeof(name->name), "%s", function ? function : text);
	} else {
		snprintf(name->name, sizeof(name->name), "%.*s", (int)(space - function), function);
		snprintf(place, sizeof(place), "%s", space + 1);
		if (cut_number(place, &column) && cut_number(place, &name->line)) {
			const char *file = strncmp(place, "file://", 7) == 0 ? place + 7 : place;

			memcpy(name->file, file, strlen(file) + 1);
		}
	}
	if (name->name[0] == '\0')
		snprintf(name->name, sizeof(name->name), "(anonymous)");
}
