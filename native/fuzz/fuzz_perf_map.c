// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "symbols/perf_map_history.h"

static char folder[] = "/tmp/profbound-fuzz-XXXXXX";
static struct perf_map_owner owner;

static void remove_folder(void)
{
	unlinkat(owner.root, "tmp/perf-1.map", 0);
	unlinkat(owner.root, "tmp", AT_REMOVEDIR);
	rmdir(folder);
}

/* A root folder in which a process has a map: the same for all inputs. */
static void make_folder(void)
{
	if (!mkdtemp(folder))
		abort();
	owner = (struct perf_map_owner){ .root = open(folder, O_PATH | O_DIRECTORY), .pid = 1, .user = getuid() };
	if (owner.root < 0 || mkdirat(owner.root, "tmp", 0700))
		abort();
	atexit(remove_folder);
}

static void write_map(const uint8_t *bytes, size_t size, int how)
{
	int fd = openat(owner.root, "tmp/perf-1.map", O_WRONLY | O_CREAT | how, 0600);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		abort();
	close(fd);
}

/* A map that is read in two parts, the second behind the first or in its place: what is read of it is found at any time. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct naming_account account = { 0 };
	struct symbols symbols = { .account = &account };
	struct perf_map_history history = { 0 };
	struct perf_map_name name;
	size_t first = size % 8 * (size / 8);

	if (!owner.pid)
		make_folder();
	write_map(bytes, first, O_TRUNC);
	perf_map_follow(&history, &owner, SIZE_MAX, 100);
	write_map(bytes + first, size - first, size % 2 ? O_TRUNC : O_APPEND);
	perf_map_follow(&history, &owner, size % 3 ? SIZE_MAX : size / 3, 200);
	perf_map_history_add(&history, &symbols);
	symbols_sort(&symbols);
	for (size_t i = 0; i < symbols.count; i++) {
		const struct symbol *symbol = &symbols.entries[i];

		for (uint64_t time = 0; time <= 200; time += 100) {
			const struct symbol *found = symbols_find_at(&symbols, symbol->start, time);

			if (found && symbol->start - found->start >= found->size)
				abort();
		}
		perf_map_name_parse(symbol->name, &name);
	}
	symbols_free(&symbols);
	perf_map_history_free(&history);
	return 0;
}
