// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "symbols/perf_map_history.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/fail.h"

/* So many of the last bytes that were read are compared: a file that was written anew may have grown beyond them. */
#define COMPARED 64

/* Whether the file still has what was read of it. */
static bool is_continued(const struct perf_map_history *history, int fd, const struct stat *status)
{
	char bytes[COMPARED];
	size_t compared = history->offset < COMPARED ? history->offset : COMPARED;

	if (status->st_dev != history->device || status->st_ino != history->inode || status->st_size < history->offset)
		return false;
	if (compared == 0)
		return true;
	return pread(fd, bytes, compared, history->offset - compared) == (ssize_t)compared &&
	       memcmp(bytes, history->text + history->size - compared, compared) == 0;
}

static void reserve(struct perf_map_history *history, size_t bytes)
{
	/* One more, which ends a line that was left in its middle. */
	history->text = must_resize(history->text, history->size + bytes + 1, 1);
}

/* What comes is another file, or this one from its beginning. */
static void begin_file(struct perf_map_history *history, const struct stat *status)
{
	if (history->size && history->text[history->size - 1] != '\n') {
		reserve(history, 0);
		history->text[history->size++] = '\n';
	}
	history->device = status->st_dev;
	history->inode = status->st_ino;
	history->offset = 0;
}

static void read_rest(struct perf_map_history *history, int fd, off_t end, size_t room)
{
	size_t rest = end - history->offset, wanted = rest < room ? rest : room;
	size_t before = history->size;

	history->unread = rest - wanted;
	if (wanted == 0)
		return;
	reserve(history, wanted);
	while (history->size - before < wanted) {
		ssize_t got = pread(fd, history->text + history->size, wanted - (history->size - before), history->offset);

		if (got <= 0)
			break;
		history->size += got;
		history->offset += got;
	}
	if (history->size == before)
		return;
	if ((history->part_count & (history->part_count - 1)) == 0)
		history->parts = must_resize(history->parts, history->part_count ? history->part_count * 2 : 1,
					     sizeof(*history->parts));
	history->parts[history->part_count++] = (struct perf_map_part){ .since = history->read_at, .end = history->size };
}

void perf_map_follow(struct perf_map_history *history, const struct perf_map_owner *owner, size_t room, uint64_t now)
{
	int fd = perf_map_open(owner, &history->is_stale);
	struct stat status;

	if (fd >= 0 && fstat(fd, &status) == 0) {
		history->is_known = true;
		if (!is_continued(history, fd, &status))
			begin_file(history, &status);
		read_rest(history, fd, status.st_size, room);
	}
	if (fd >= 0)
		close(fd);
	history->read_at = now;
}

void perf_map_history_add(const struct perf_map_history *history, struct symbols *symbols)
{
	size_t from = symbols->count, begin = 0;

	for (size_t i = 0; i < history->part_count; i++) {
		const struct perf_map_part *part = &history->parts[i];
		/* A line that this part ends began in it or before; the rest is the next one's. */
		char *last = memrchr(history->text + begin, '\n', part->end - begin);

		if (!last)
			continue;
		perf_map_parse(symbols, history->text + begin, last + 1 - (history->text + begin));
		for (; from < symbols->count; from++)
			symbols->entries[from].since = part->since;
		begin = last + 1 - history->text;
	}
}

void perf_map_history_free(struct perf_map_history *history)
{
	free(history->text);
	free(history->parts);
	memset(history, 0, sizeof(*history));
}
