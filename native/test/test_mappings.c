// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "processes/mappings.h"

static void parse(struct mappings *mappings, const char *text)
{
	char *copy = strdup(text);

	mappings_parse(mappings, copy);
	free(copy);
}

static void keeps_what_is_executable(void)
{
	struct mappings mappings = { 0 };
	const struct mapping *mapping;

	parse(&mappings,
	      "00400000-0040b000 r--p 00000000 fe:01 123                    /usr/bin/cat\n"
	      "0040b000-00410000 r-xp 0000b000 fe:01 123                    /usr/bin/cat\n"
	      "7f0000000000-7f0000001000 rwxp 00000000 00:00 0 \n"
	      "7f0000002000-7f0000003000 r-xs 00001000 00:05 77             /memfd:jit (deleted)\n"
	      "7f0000004000-7f0000005000 r-xp 00000000 fe:01 9              /tmp/with space\\012line.so (deleted)\n"
	      "7f0000006000-7f0000007000 r-xs 00000000 00:05 3              /dev/zero (deleted)\n"
	      "7f0000008000-7f0000009000 r-xp 00000000 00:00 0              [anon:v8]\n"
	      "7ffff0000000-7ffff0002000 r-xp 00000000 00:00 0              [vdso]\n");
	CHECK_NUMBER(mappings.count, 7);
	mapping = mappings_find(&mappings, 0x40b000);
	if (CHECK(mapping)) {
		CHECK_TEXT(mapping->path, "/usr/bin/cat");
		CHECK_NUMBER(mapping->offset, 0xb000);
		CHECK_NUMBER(mapping->inode, 123);
		CHECK_NUMBER(mapping->device, 0xfe00000001);
		CHECK(mapping->kind == MAPPING_FILE && !mapping->deleted);
	}
	CHECK(!mappings_find(&mappings, 0x40afff));
	CHECK(mappings_find(&mappings, 0x40ffff) == mapping);
	CHECK(!mappings_find(&mappings, 0x410000));
	CHECK(!mappings_find(&mappings, UINT64_MAX));
	mapping = mappings_find(&mappings, 0x7f0000000fff);
	CHECK(mapping && mapping->kind == MAPPING_ANONYMOUS && mapping->path[0] == '\0');
	mapping = mappings_find(&mappings, 0x7f0000002000);
	CHECK(mapping && mapping->kind == MAPPING_FILE && mapping->deleted && strcmp(mapping->path, "/memfd:jit") == 0);
	mapping = mappings_find(&mappings, 0x7f0000004000);
	CHECK(mapping && mapping->deleted && strcmp(mapping->path, "/tmp/with space\nline.so") == 0);
	mapping = mappings_find(&mappings, 0x7f0000006000);
	CHECK(mapping && mapping->kind == MAPPING_ANONYMOUS);
	mapping = mappings_find(&mappings, 0x7f0000008000);
	CHECK(mapping && mapping->kind == MAPPING_ANONYMOUS);
	mapping = mappings_find(&mappings, 0x7ffff0000010);
	CHECK(mapping && mapping->kind == MAPPING_VDSO);
	mappings_free(&mappings);
}

static void leaves_out_malformed_lines(void)
{
	static const char *const lines[] = {
		"",
		"\n\n\n",
		"nonsense",
		"-",
		"1000",
		"1000-",
		"1000-2000",
		"1000-2000 ",
		"1000-2000 r-x",
		"1000-2000 r-xp",
		"1000-2000 r-xp 0",
		"1000-2000 r-xp 0 fe",
		"1000-2000 r-xp 0 fe:01",
		"1000-2000 r-xp 0 fe:01 ",
		"1000-2000 r-xp 0 fe:01 x /a",
		"1000-2000 r-xp 0 fe:01 1/a",
		"2000-1000 r-xp 0 fe:01 1 /a",
		"1000-1000 r-xp 0 fe:01 1 /a",
		" 1000-2000 r-xp 0 fe:01 1 /a",
		"-1-2000 r-xp 0 fe:01 1 /a",
	};
	struct mappings mappings = { 0 };

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		parse(&mappings, lines[i]);
		if (!CHECK(mappings.count == 0))
			fprintf(stderr, "  \"%s\"\n", lines[i]);
	}
	/* A line that overlaps what came before would break the search. */
	parse(&mappings, "1000-3000 r-xp 0 fe:01 1 /a\n2000-4000 r-xp 0 fe:01 1 /b\nbad\n4000-5000 r-xp 0 fe:01 1 /c");
	CHECK_NUMBER(mappings.count, 2);
	CHECK_TEXT(mappings.entries[1].path, "/c");
	mappings_free(&mappings);
}

static void reads_this_process(void)
{
	struct mappings mappings = { 0 };
	const struct mapping *mapping;
	char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[length > 0 ? length : 0] = '\0';
	CHECK(mappings_read(&mappings, getpid()));
	mapping = mappings_find(&mappings, (uint64_t)&reads_this_process);
	if (CHECK(mapping))
		CHECK_TEXT(mapping->path, path);
	/* No process has this pid: what was known stays. */
	CHECK(!mappings_read(&mappings, 0x7ffffff0));
	CHECK(mappings_find(&mappings, (uint64_t)&reads_this_process) == mapping);
	mappings_free(&mappings);
}

int main(void)
{
	keeps_what_is_executable();
	leaves_out_malformed_lines();
	reads_this_process();
	return check_report("mappings");
}
