// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "symbols/jitdump.h"
#include "symbols/jitdump_format.h"

#define CODE 0x1000
#define CODE_BYTES 0x100
#define TEXT "App.outer\0App.java\0App.inner\0Inner.java"

/* A file with one piece of code, made of two functions. */
struct file {
	struct jitdump_header header;
	struct jitdump_record inlines_record;
	struct jitdump_inlines inlines;
	struct jitdump_inlined_function functions[2];
	struct jitdump_inlined_place places[3];
	struct jitdump_inlined_frame frames[4];
	char text[sizeof(TEXT)];
	struct jitdump_record load_record;
	struct jitdump_load load;
	char name[sizeof("App.outer")];
} __attribute__((packed));

static struct file usual(void)
{
	struct file file = {
		.header = { JITDUMP_MAGIC, JITDUMP_VERSION, sizeof(file.header), 62, 0, 7, 1, 0 },
		.inlines_record = { JITDUMP_INLINES, offsetof(struct file, load_record) - offsetof(struct file, inlines_record), 2 },
		.inlines = { CODE, 2, 3, 4, sizeof(TEXT) },
		.functions = { { 0, 10, 5 }, { 19, 29, 50 } },
		/* The last function that all is inlined into, in between what it calls, and it again. */
		.places = { { 0x10, 0, 1 }, { 0x20, 1, 2 }, { 0x40, 3, 1 } },
		.frames = { { 0, 6 }, { 1, 52 }, { 0, 7 }, { 0, 9 } },
		.text = TEXT,
		.load_record = { JITDUMP_LOAD, sizeof(file) - offsetof(struct file, load_record), 3 },
		.load = { 7, 8, CODE, CODE, CODE_BYTES, 1 },
		.name = "App.outer",
	};

	return file;
}

struct opened {
	int fd;
	struct jitdump jitdump;
	struct symbols symbols;
};

static void open_file(struct opened *opened, const struct file *file)
{
	*opened = (struct opened){ .fd = memfd_create("jitdump", MFD_CLOEXEC) };
	CHECK(write(opened->fd, file, sizeof(*file)) == sizeof(*file));
	CHECK(jitdump_read(&opened->jitdump, &opened->symbols, opened->fd));
	symbols_sort(&opened->symbols);
}

static void close_file(struct opened *opened)
{
	jitdump_free(&opened->jitdump);
	symbols_free(&opened->symbols);
	close(opened->fd);
}

/* Functions, and their lines, at an offset of the code, the innermost first: "App.inner:52 App.outer:7". */
static const char *at(struct opened *opened, uint64_t offset)
{
	static char text[8192];
	const struct symbol *symbol = symbols_find(&opened->symbols, CODE + offset);
	struct source_lines lines;
	size_t size = 0;

	text[0] = '\0';
	if (!CHECK(symbol) || !jitdump_lines(&opened->jitdump, jitdump_find(&opened->jitdump, symbol), symbol->start, CODE + offset, &lines))
		return "nothing";
	for (uint32_t i = 0; i < lines.count && size < sizeof(text) - 100; i++)
		size += sprintf(text + size, "%s%s:%u", i ? " " : "", lines.entries[i].name, lines.entries[i].line);
	return text;
}

static void says_what_is_inlined(void)
{
	const struct file file = usual();
	struct opened opened;
	struct source_lines lines;
	const struct symbol *symbol;

	open_file(&opened, &file);
	CHECK_TEXT(at(&opened, 0), "App.outer:6");
	CHECK_TEXT(at(&opened, 0x10), "App.outer:6");
	CHECK_TEXT(at(&opened, 0x11), "App.inner:52 App.outer:7");
	CHECK_TEXT(at(&opened, 0x20), "App.inner:52 App.outer:7");
	CHECK_TEXT(at(&opened, 0x21), "App.outer:9");
	CHECK_TEXT(at(&opened, 0x41), "nothing");
	symbol = symbols_find(&opened.symbols, CODE);
	CHECK(jitdump_lines(&opened.jitdump, jitdump_find(&opened.jitdump, symbol), CODE, CODE + 0x18, &lines));
	CHECK_TEXT(lines.entries[0].file, "Inner.java");
	CHECK_NUMBER(lines.entries[0].start_line, 50);
	CHECK_TEXT(lines.entries[1].file, "App.java");
	close_file(&opened);
}

static void speaks_of_the_code_that_follows_alone(void)
{
	struct file file = usual();
	struct opened opened;

	file.inlines.address = CODE + 1;
	open_file(&opened, &file);
	CHECK_TEXT(at(&opened, 0x18), "nothing");
	close_file(&opened);
}

/* Each lies in one number, up to 4 G. */
static void believes_no_numbers(void)
{
	static const uint32_t lies[] = { 0, 1, 5, 1000, 1U << 24, UINT32_MAX };
	const struct file good = usual();
	const size_t first = offsetof(struct file, inlines.functions), last = offsetof(struct file, text);

	for (size_t at_byte = first; at_byte < last; at_byte += 4) {
		for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
			struct file file = good;
			struct opened opened;

			memcpy((char *)&file + at_byte, &lies[i], 4);
			open_file(&opened, &file);
			for (uint64_t offset = 0; offset < 0x50; offset += 8)
				CHECK(strlen(at(&opened, offset)) > 0);
			close_file(&opened);
		}
	}
}

/* Of a nesting deeper than can be kept, the function that has the code stays. */
static void cuts_deep_nesting(void)
{
	enum { DEPTH = 1000 };
	struct file file = usual();
	struct opened opened = { 0 };
	struct jitdump_inlined_frame frames[DEPTH];
	struct source_lines lines;

	for (int i = 0; i < DEPTH; i++)
		frames[i] = (struct jitdump_inlined_frame){ i < DEPTH - 1, i };
	file.inlines.frames = DEPTH;
	file.inlines.places = 1;
	file.places[0] = (struct jitdump_inlined_place){ 0x40, 0, DEPTH };
	opened.fd = memfd_create("jitdump", MFD_CLOEXEC);
	/* Header, functions, one place, frames, text: what the counts say. */
	CHECK(write(opened.fd, &file.inlines, sizeof(file.inlines)) > 0);
	CHECK(write(opened.fd, file.functions, sizeof(file.functions)) > 0);
	CHECK(write(opened.fd, file.places, sizeof(*file.places)) > 0);
	CHECK(write(opened.fd, frames, sizeof(frames)) > 0);
	CHECK(write(opened.fd, file.text, sizeof(file.text)) > 0);
	opened.jitdump.fd = opened.fd;
	/* Not at 0, which says that there is none. */
	CHECK(lseek(opened.fd, 0, SEEK_END) > 0);
	{
		char bytes[64 << 10];
		ssize_t size = pread(opened.fd, bytes, sizeof(bytes), 0);
		const struct jitdump_code code = { .file = "", .inlines_at = 8 };

		CHECK(size > 0 && pwrite(opened.fd, bytes, size, 8) == size);
		CHECK(jitdump_lines(&opened.jitdump, &code, CODE, CODE, &lines));
	}
	CHECK_NUMBER(lines.count, MAX_INLINED + 1);
	CHECK_TEXT(lines.entries[0].name, "App.inner");
	CHECK_TEXT(lines.entries[MAX_INLINED].name, "App.outer");
	CHECK_NUMBER(lines.entries[MAX_INLINED].line, DEPTH - 1);
	close_file(&opened);
}

int main(void)
{
	says_what_is_inlined();
	speaks_of_the_code_that_follows_alone();
	believes_no_numbers();
	cuts_deep_nesting();
	return check_report("jitdump inlines");
}
