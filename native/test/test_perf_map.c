// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "support/bounds.h"
#include "symbols/perf_map_history.h"
#include "target/process_status.h"

static void parses_lines(void)
{
	char text[] = "1000 20 JS:*f /a.js:1:2\n"
		      "0x2000 0x10 with prefix\n"
		      "nonsense\n"
		      "\n"
		      "3000 0 empty\n"
		      "4000 10\n"
		      "4000 10 \n"
		      "-1 10 negative\n"
		      "5000  10 two spaces\n"
		      "6000 10 last\n"
		      "7000 10 not yet writ";
	struct naming_account account = { 0 };
	struct symbols symbols = { .account = &account };

	perf_map_parse(&symbols, text, sizeof(text) - 1);
	CHECK_NUMBER(symbols.count, 3);
	CHECK_TEXT(symbols.entries[0].name, "JS:*f /a.js:1:2");
	CHECK_NUMBER(symbols.entries[0].start, 0x1000);
	CHECK_NUMBER(symbols.entries[0].size, 0x20);
	CHECK_TEXT(symbols.entries[1].name, "with prefix");
	CHECK_NUMBER(symbols.entries[1].start, 0x2000);
	CHECK_TEXT(symbols.entries[2].name, "last");
	/* An empty line and code without size are nothing that could be lost. */
	CHECK_NUMBER(account.losses[LOSS_LINES], 5);
	symbols_free(&symbols);
}

/*
 * A name with a line's end in it, as eval() can give one to a function, adds lines that nobody meant. They are code of their
 * process like any other: they name what no later line describes, and cost a lookup no more than MAX_OVERLAPS steps.
 */
static void takes_forged_lines_for_what_they_are(void)
{
	static char text[64 * 3 * MAX_OVERLAPS];
	struct naming_account account = { 0 };
	struct symbols symbols = { .account = &account };
	int used = snprintf(text, sizeof(text), "1000 10 JS:*f\n0 ffffffffffffffff forged\nrest /a.js:1:2\n2000 10 JS:*g /a.js:2:2\n");

	perf_map_parse(&symbols, text, used);
	symbols_sort(&symbols);
	CHECK_NUMBER(symbols.count, 3);
	CHECK_NUMBER(account.losses[LOSS_LINES], 1);
	CHECK_TEXT(symbols_find(&symbols, 0x1008)->name, "forged");
	CHECK_TEXT(symbols_find(&symbols, 0x2008)->name, "JS:*g /a.js:2:2");
	symbols_free(&symbols);

	symbols = (struct symbols){ .account = &account };
	used = snprintf(text, sizeof(text), "0 ffffffffffffffff JS:*f\n");
	for (int i = 1; i < 2 * MAX_OVERLAPS; i++)
		used += snprintf(text + used, sizeof(text) - used, "%x 10 JS:*g /a.js:2:2\n", i * 0x10);
	perf_map_parse(&symbols, text, used);
	symbols_sort(&symbols);
	CHECK_TEXT(symbols_find(&symbols, 0x10 * MAX_OVERLAPS + 8)->name, "JS:*g /a.js:2:2");
	CHECK(!symbols_find(&symbols, 0x10 * 3 * MAX_OVERLAPS));
	symbols_free(&symbols);
}

/* What a program that means harm would write: numbers beyond 64 bits, a line without end, tags, other control characters. */
static void survives_hostile_lines(void)
{
	static char text[3 * 4096 + 200];
	static char endless[1 << 20];
	struct symbols symbols = { 0 };
	int used = snprintf(text, sizeof(text),
			    "ffffffffffffffffffffffff 10 too far\n"
			    "1000 ffffffffffffffffffffffff too long\n"
			    "2000 10 <script>alert(1)</script>\x1b[2J\r\n"
			    "3000 10 ");

	memset(text + used, 'n', 3 * 4096);
	used += 3 * 4096;
	text[used++] = '\n';
	perf_map_parse(&symbols, text, used);
	symbols_sort(&symbols);
	CHECK_TEXT(symbols_find(&symbols, 0x2008)->name, "<script>alert(1)</script>\x1b[2J\r");
	CHECK_NUMBER(strlen(symbols_find(&symbols, 0x3000)->name), 4096);
	/* The second covers all that no newer one does. */
	CHECK_TEXT(symbols_find(&symbols, 0x5000)->name, "too long");
	symbols_free(&symbols);
	memset(endless, '1', sizeof(endless));
	perf_map_parse(&symbols, endless, sizeof(endless));
	CHECK_NUMBER(symbols.count, 0);
	symbols_free(&symbols);
}

static void takes_names_apart(void)
{
	static const struct {
		const char *text, *name, *file;
		uint32_t line;
	} names[] = {
		{ "JS:*tokenize /srv/app.js:12:3", "tokenize", "/srv/app.js", 12 },
		{ "JS:~tokenize file:///srv/app.mjs:12:3", "tokenize", "/srv/app.mjs", 12 },
		{ "JS:^emit node:events:466:44", "emit", "node:events", 466 },
		{ "JS:+f /a b/c.js:1:2", "f", "/a b/c.js", 1 },
		{ "JS:f /c.js:1:2", "f", "/c.js", 1 },
		{ "JS:*'f /c.js:1:2", "f", "/c.js", 1 },
		{ "JS:~'f /c.js:1:2", "'f", "/c.js", 1 },
		{ "InterpretedFunction:f /c.js:1:2", "f", "/c.js", 1 },
		{ "JS:*get size /srv/a.js:3:11", "get size", "/srv/a.js", 3 },
		{ "LazyCompile:~g /srv/a.js:3:11", "g", "/srv/a.js", 3 },
		{ "JS:* /srv/a.js:4:13", "(anonymous)", "/srv/a.js", 4 },
		{ "JS:*", "(anonymous)", "", 0 },
		{ "JS:~f  /srv/a.js", "f ", "", 0 },
		{ "JS:*f /srv/a.js:x:1", "f", "", 0 },
		{ "Builtin:ArrayMap", "Builtin:ArrayMap", "", 0 },
		{ "py::f:/srv/a.py", "py::f:/srv/a.py", "", 0 },
		{ "", "(anonymous)", "", 0 },
	};
	struct perf_map_name name;
	char long_text[4096];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		perf_map_name_parse(names[i].text, &name);
		CHECK_TEXT(name.name, names[i].name);
		CHECK_TEXT(name.file, names[i].file);
		CHECK_NUMBER(name.line, names[i].line);
	}
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	memcpy(long_text, "JS:*", 4);
	memcpy(long_text + 2000, " /", 2);
	perf_map_name_parse(long_text, &name);
	CHECK_NUMBER(strlen(name.name), sizeof(name.name) - 1);
}

static void write_file(int root, const char *path, const char *text)
{
	int fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* Whether the owner's map is read; what is not must be stale where there is a file. */
static bool reads(const struct perf_map_owner *owner, bool is_stale)
{
	struct perf_map_history history = { 0 };
	struct symbols symbols = { 0 };
	bool read;

	perf_map_follow(&history, owner, SIZE_MAX, 1);
	perf_map_history_add(&history, &symbols);
	read = symbols.count == 1;
	CHECK(history.is_known == read && history.is_stale == is_stale);
	symbols_free(&symbols);
	perf_map_history_free(&history);
	return read;
}

static void reads_only_the_owners_file(void)
{
	char folder[] = "/tmp/profbound-test-XXXXXX", outside[64];
	struct perf_map_owner owner = { .pid = 42, .user = getuid() };

	CHECK(mkdtemp(folder) != NULL);
	owner.root = open(folder, O_PATH | O_DIRECTORY);
	CHECK(mkdirat(owner.root, "tmp", 0700) == 0);
	CHECK(!reads(&owner, false));
	write_file(owner.root, "tmp/perf-42.map", "1000 10 f\n");
	CHECK(reads(&owner, false));
	/* Another process's, by pid, by user, and by time. */
	owner.pid = 43;
	CHECK(!reads(&owner, false));
	owner.pid = 42;
	owner.user = getuid() + 1;
	CHECK(!reads(&owner, true));
	owner.user = getuid();
	owner.started = time(NULL) + 60;
	CHECK(!reads(&owner, true));
	owner.started = 0;
	/* A link does not lead out of the root, and a fifo does not hang. */
	snprintf(outside, sizeof(outside), "%s/outside", folder);
	write_file(AT_FDCWD, outside, "1000 10 f\n");
	unlinkat(owner.root, "tmp/perf-42.map", 0);
	CHECK(symlinkat(outside, owner.root, "tmp/perf-42.map") == 0);
	CHECK(!reads(&owner, false));
	unlinkat(owner.root, "tmp/perf-42.map", 0);
	CHECK(symlinkat("/outside", owner.root, "tmp/perf-42.map") == 0);
	CHECK(reads(&owner, false));
	unlinkat(owner.root, "tmp/perf-42.map", 0);
	CHECK(mkfifoat(owner.root, "tmp/perf-42.map", 0600) == 0);
	CHECK(!reads(&owner, false));
	unlinkat(owner.root, "tmp/perf-42.map", 0);
	unlinkat(owner.root, "outside", 0);
	unlinkat(owner.root, "tmp", AT_REMOVEDIR);
	close(owner.root);
	CHECK(rmdir(folder) == 0);
}

static const char *name_at(struct symbols *symbols, uint64_t address, uint64_t time)
{
	const struct symbol *symbol = symbols_find_at(symbols, address, time);

	return symbol ? symbol->name : "-";
}

/* A map that grows, in the middle of a line too, is written anew in its place or as another file, and is removed. */
static void keeps_what_a_map_said(void)
{
	char folder[] = "/tmp/profbound-test-XXXXXX";
	struct perf_map_owner owner = { .pid = 42, .user = getuid() };
	struct perf_map_history history = { 0 };
	struct symbols symbols = { 0 };

	CHECK(mkdtemp(folder) != NULL);
	owner.root = open(folder, O_PATH | O_DIRECTORY);
	CHECK(mkdirat(owner.root, "tmp", 0700) == 0);
	perf_map_follow(&history, &owner, SIZE_MAX, 50);
	CHECK(!history.is_known);
	write_file(owner.root, "tmp/perf-42.map", "1000 10 first\n2000 10 stays\n1000 10 sec");
	perf_map_follow(&history, &owner, SIZE_MAX, 100);
	perf_map_follow(&history, &owner, SIZE_MAX, 150);
	CHECK_NUMBER(history.part_count, 1);
	write_file(owner.root, "tmp/perf-42.map", "1000 10 first\n2000 10 stays\n1000 10 second\n1000 10 torn");
	perf_map_follow(&history, &owner, SIZE_MAX, 200);
	/* Shorter; then longer than it was, but not the same. */
	write_file(owner.root, "tmp/perf-42.map", "1000 10 third\n");
	perf_map_follow(&history, &owner, SIZE_MAX, 300);
	write_file(owner.root, "tmp/perf-42.map", "1000 10 fourth\n3000 10 also here\n");
	perf_map_follow(&history, &owner, SIZE_MAX, 400);
	unlinkat(owner.root, "tmp/perf-42.map", 0);
	perf_map_follow(&history, &owner, SIZE_MAX, 500);
	write_file(owner.root, "tmp/perf-42.map", "1000 10 fifth\n");
	perf_map_follow(&history, &owner, 4, 600);
	perf_map_follow(&history, &owner, SIZE_MAX, 700);
	perf_map_history_add(&history, &symbols);
	symbols_sort(&symbols);
	CHECK_TEXT(name_at(&symbols, 0x1008, 60), "first");
	CHECK_TEXT(name_at(&symbols, 0x1008, 149), "first");
	CHECK_TEXT(name_at(&symbols, 0x1008, 150), "second");
	CHECK_TEXT(name_at(&symbols, 0x1008, 200), "third");
	CHECK_TEXT(name_at(&symbols, 0x1008, 300), "fourth");
	CHECK_TEXT(name_at(&symbols, 0x1008, 600), "fifth");
	CHECK_TEXT(name_at(&symbols, 0x2008, 700), "stays");
	CHECK_TEXT(name_at(&symbols, 0x3008, 700), "also here");
	/* The last map alone would have it wrong for all but the last. */
	CHECK_TEXT(name_at(&symbols, 0x1008, UINT64_MAX), "fifth");
	symbols_free(&symbols);
	perf_map_history_free(&history);
	unlinkat(owner.root, "tmp/perf-42.map", 0);
	unlinkat(owner.root, "tmp", AT_REMOVEDIR);
	close(owner.root);
	CHECK(rmdir(folder) == 0);
}

/* A map without an end is read as far as there is room for it; nothing is allocated for the rest. */
static void reads_no_more_than_there_is_room_for(void)
{
	char folder[] = "/tmp/profbound-test-XXXXXX";
	struct perf_map_owner owner = { .pid = 42, .user = getuid() };
	struct perf_map_history history = { 0 };
	struct symbols symbols = { 0 };
	int fd;

	CHECK(mkdtemp(folder) != NULL);
	owner.root = open(folder, O_PATH | O_DIRECTORY);
	CHECK(mkdirat(owner.root, "tmp", 0700) == 0);
	write_file(owner.root, "tmp/perf-42.map", "1000 10 f\n");
	fd = openat(owner.root, "tmp/perf-42.map", O_WRONLY);
	CHECK(fd >= 0 && ftruncate(fd, 1LL << 42) == 0);
	close(fd);
	perf_map_follow(&history, &owner, 1 << 20, 1);
	perf_map_follow(&history, &owner, 0, 2);
	CHECK_NUMBER(history.size, 1 << 20);
	CHECK_NUMBER(history.unread, (1LL << 42) - (1 << 20));
	perf_map_history_add(&history, &symbols);
	CHECK_NUMBER(symbols.count, 1);
	symbols_free(&symbols);
	perf_map_history_free(&history);
	unlinkat(owner.root, "tmp/perf-42.map", 0);
	unlinkat(owner.root, "tmp", AT_REMOVEDIR);
	close(owner.root);
	CHECK(rmdir(folder) == 0);
}

static void knows_who_a_process_is(void)
{
	struct process_status status;

	CHECK(process_status_read(getpid(), &status));
	CHECK_NUMBER(status.own_pid, getpid());
	CHECK_NUMBER(status.user, getuid());
	CHECK(status.started <= time(NULL) && status.started > time(NULL) - 3600);
	CHECK(!process_status_read(0x7ffffff0, &status));
}

int main(void)
{
	parses_lines();
	takes_forged_lines_for_what_they_are();
	survives_hostile_lines();
	takes_names_apart();
	reads_only_the_owners_file();
	keeps_what_a_map_said();
	reads_no_more_than_there_is_room_for();
	knows_who_a_process_is();
	return check_report("perf_map");
}
