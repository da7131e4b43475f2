// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "symbols/jitdump.h"

/* A file that is written by hand, field by field. */
struct file {
	unsigned char bytes[4096];
	size_t size;
};

static void put(struct file *file, uint64_t value, size_t bytes)
{
	memcpy(file->bytes + file->size, &value, bytes);
	file->size += bytes;
}

static void put_text(struct file *file, const char *text)
{
	memcpy(file->bytes + file->size, text, strlen(text) + 1);
	file->size += strlen(text) + 1;
}

static void put_header(struct file *file, uint32_t magic, uint64_t flags)
{
	const uint32_t words[] = { magic, 1, 40, 62, 0, 7 };

	for (size_t i = 0; i < 6; i++)
		put(file, words[i], 4);
	put(file, 1, 8);
	put(file, flags, 8);
}

static void put_record(struct file *file, uint32_t kind, uint64_t time, size_t payload)
{
	put(file, kind, 4);
	put(file, 16 + payload, 4);
	put(file, time, 8);
}

static void put_load(struct file *file, uint64_t time, uint64_t address, uint64_t bytes, uint64_t number, const char *name)
{
	put_record(file, 0, time, 40 + strlen(name) + 1 + bytes);
	put(file, 7, 4);
	put(file, 8, 4);
	put(file, address, 8);
	put(file, address, 8);
	put(file, bytes, 8);
	put(file, number, 8);
	put_text(file, name);
	memset(file->bytes + file->size, 0xcc, bytes);
	file->size += bytes;
}

static void put_move(struct file *file, uint64_t time, uint64_t from, uint64_t to, uint64_t bytes, uint64_t number)
{
	put_record(file, 1, time, 48);
	put(file, 7, 4);
	put(file, 8, 4);
	put(file, to, 8);
	put(file, from, 8);
	put(file, to, 8);
	put(file, bytes, 8);
	put(file, number, 8);
}

static void put_debug_info(struct file *file, uint64_t address, uint32_t line, const char *name)
{
	put_record(file, 2, 1, 16 + 2 * 16 + strlen(name) + 1 + 2);
	put(file, address, 8);
	put(file, 2, 8);
	put(file, address, 8);
	put(file, line, 4);
	put(file, 0, 4);
	put_text(file, name);
	put(file, address + 4, 8);
	put(file, line + 1, 4);
	put(file, 0, 4);
	put_text(file, "\xff");
}

/* Of the file that was read last. */
static struct naming_account account;

static bool read_file(const struct file *file, struct jitdump *jitdump, struct symbols *symbols)
{
	int fd = memfd_create("jitdump", MFD_CLOEXEC);
	bool is_read;

	account = (struct naming_account){ 0 };
	*symbols = (struct symbols){ .account = &account };
	CHECK(write(fd, file->bytes, file->size) == (ssize_t)file->size);
	is_read = jitdump_read(jitdump, symbols, fd);
	symbols_sort(symbols);
	close(fd);
	return is_read;
}

static void free_all(struct jitdump *jitdump, struct symbols *symbols)
{
	jitdump_free(jitdump);
	symbols_free(symbols);
}

/* Checks what is at an address; NULL: nothing. */
static void at(const struct jitdump *jitdump, const struct symbols *symbols, uint64_t address, const char *name,
	       uint64_t loaded_at)
{
	const struct symbol *symbol = symbols_find(symbols, address);

	if (!name) {
		CHECK(!symbol);
	} else if (CHECK(symbol != NULL)) {
		CHECK_TEXT(symbol->name, name);
		CHECK_NUMBER(jitdump_find(jitdump, symbol)->loaded_at, loaded_at);
	}
}

static void names_what_was_loaded(void)
{
	struct file file = { 0 };
	struct jitdump jitdump;
	struct symbols symbols;

	put_header(&file, 0x4a695444, 0);
	put_load(&file, 100, 0x1000, 32, 1, "first");
	put_record(&file, 4, 150, 24);
	file.size += 24;
	put_load(&file, 200, 0x2000, 16, 2, "second");
	put_load(&file, 300, 0x1010, 32, 3, "over the end of first");
	put_record(&file, 3, 400, 0);
	CHECK(read_file(&file, &jitdump, &symbols));
	CHECK_NUMBER(account.losses[LOSS_RECORDS] + account.losses[LOSS_JITDUMP_ENDS], 0);
	at(&jitdump, &symbols, 0x1000, "first", 100);
	at(&jitdump, &symbols, 0x100f, "first", 100);
	at(&jitdump, &symbols, 0x1010, "over the end of first", 300);
	at(&jitdump, &symbols, 0x102f, "over the end of first", 300);
	at(&jitdump, &symbols, 0x1030, NULL, 0);
	at(&jitdump, &symbols, 0x200f, "second", 200);
	free_all(&jitdump, &symbols);
}

static void follows_moved_code(void)
{
	struct file file = { 0 };
	struct jitdump jitdump;
	struct symbols symbols;

	put_header(&file, 0x4a695444, 0);
	put_debug_info(&file, 0x1000, 12, "/srv/a.js");
	put_load(&file, 100, 0x1000, 16, 9, "mover");
	put_move(&file, 200, 0x1000, 0x5000, 16, 9);
	put_move(&file, 300, 0x5000, 0x6000, 16, 9);
	put_move(&file, 400, 0x7000, 0x8000, 16, 10);
	CHECK(read_file(&file, &jitdump, &symbols));
	at(&jitdump, &symbols, 0x5008, "mover", 200);
	at(&jitdump, &symbols, 0x6008, "mover", 300);
	at(&jitdump, &symbols, 0x8000, NULL, 0);
	CHECK_TEXT(jitdump_find(&jitdump, symbols_find(&symbols, 0x6008))->file, "/srv/a.js");
	/* The move of code that was never loaded. */
	CHECK_NUMBER(account.losses[LOSS_RECORDS], 1);
	free_all(&jitdump, &symbols);
}

static void knows_the_place_of_the_code_that_follows(void)
{
	struct file file = { 0 };
	struct jitdump jitdump;
	struct symbols symbols;
	const struct jitdump_code *code;

	put_header(&file, 0x4a695444, 1);
	put_debug_info(&file, 0x1000, 12, "/srv/a.js");
	put_load(&file, 100, 0x1000, 16, 1, "f");
	put_load(&file, 100, 0x2000, 16, 2, "g");
	put_debug_info(&file, 0x9000, 40, "/srv/b.js");
	put_load(&file, 100, 0x3000, 16, 3, "h");
	CHECK(read_file(&file, &jitdump, &symbols));
	code = jitdump_find(&jitdump, symbols_find(&symbols, 0x1000));
	CHECK_TEXT(code->file, "/srv/a.js");
	/* Of the second entry nothing is taken: it may be of what is inlined. */
	CHECK_NUMBER(code->line, 12);
	/* By a clock that says nothing here. */
	CHECK_NUMBER(code->loaded_at, 0);
	CHECK_TEXT(jitdump_find(&jitdump, symbols_find(&symbols, 0x2000))->file, "");
	CHECK_TEXT(jitdump_find(&jitdump, symbols_find(&symbols, 0x3000))->file, "");
	free_all(&jitdump, &symbols);
}

static void leaves_damaged_records_out(void)
{
	struct file file = { 0 };
	struct jitdump jitdump;
	struct symbols symbols;
	size_t before;

	put_header(&file, 0x4a695444, 0);
	put_load(&file, 1, 0x1000, 16, 1, "");
	put_load(&file, 1, 0x2000, 0, 2, "empty");
	/* Its name would go on in the next record. */
	put_record(&file, 0, 1, 44);
	file.size += 40;
	put(&file, 0x61616161, 4);
	/* Too short for what they are. */
	put_record(&file, 1, 1, 8);
	file.size += 8;
	put_record(&file, 2, 1, 16);
	put(&file, 0x3000, 8);
	put(&file, 1, 8);
	put_load(&file, 1, 0x3000, 16, 3, "whole");
	before = file.size;
	put_load(&file, 1, 0x4000, 16, 4, "cut off");
	for (size_t size = before; size < file.size; size++) {
		struct file cut = file;

		cut.size = size;
		CHECK(read_file(&cut, &jitdump, &symbols));
		CHECK_NUMBER(symbols.count, 1);
		at(&jitdump, &symbols, 0x3000, "whole", 1);
		/* The last may be in the midst of being written. */
		CHECK_NUMBER(account.losses[LOSS_RECORDS], 3);
		free_all(&jitdump, &symbols);
	}
	/* A record without size would be read for ever. */
	file.size = before;
	put(&file, 0, 4);
	put(&file, 0, 4);
	put(&file, 0, 8);
	CHECK(read_file(&file, &jitdump, &symbols));
	CHECK_NUMBER(symbols.count, 1);
	CHECK_NUMBER(account.losses[LOSS_RECORDS], 4);
	free_all(&jitdump, &symbols);
}

/* Sizes that lie: a record of 4 GiB ends the file, code of any size is only a range; a name may have lines in it. */
static void believes_no_sizes(void)
{
	struct file file = { 0 };
	struct jitdump jitdump;
	struct symbols symbols;

	put_header(&file, 0x4a695444, 0);
	put_load(&file, 100, 0x1000, 16, 1, "two\nlines");
	put_record(&file, 0, 150, 40 + 5);
	put(&file, 7, 4);
	put(&file, 8, 4);
	put(&file, 0x2000, 8);
	put(&file, 0x2000, 8);
	put(&file, UINT64_MAX, 8);
	put(&file, 2, 8);
	put_text(&file, "wide");
	put_move(&file, 200, 0x1000, UINT64_MAX - 8, UINT64_MAX, 1);
	put(&file, 0, 4);
	put(&file, UINT32_MAX, 4);
	put(&file, 300, 8);
	put_load(&file, 400, 0x9000, 16, 3, "behind");
	CHECK(read_file(&file, &jitdump, &symbols));
	CHECK_NUMBER(symbols.count, 3);
	CHECK_NUMBER(account.losses[LOSS_RECORDS], 1);
	at(&jitdump, &symbols, 0x1008, "two\nlines", 100);
	at(&jitdump, &symbols, 0x9008, "wide", 150);
	free_all(&jitdump, &symbols);
}

/* A file that claims to be of 4 TiB: what is not there has no records. */
static void ends_where_records_end(void)
{
	struct file file = { 0 };
	struct jitdump jitdump;
	struct symbols symbols = { .account = &account };
	int fd = memfd_create("jitdump", MFD_CLOEXEC);

	put_header(&file, 0x4a695444, 0);
	put_load(&file, 100, 0x1000, 16, 1, "<script>alert(1)</script>");
	CHECK(write(fd, file.bytes, file.size) == (ssize_t)file.size && ftruncate(fd, 1LL << 42) == 0);
	account = (struct naming_account){ 0 };
	CHECK(jitdump_read(&jitdump, &symbols, fd));
	CHECK_NUMBER(account.losses[LOSS_RECORDS], 1);
	CHECK_NUMBER(account.losses[LOSS_JITDUMP_ENDS], 1);
	symbols_sort(&symbols);
	CHECK_NUMBER(symbols.count, 1);
	at(&jitdump, &symbols, 0x1008, "<script>alert(1)</script>", 100);
	free_all(&jitdump, &symbols);
	close(fd);
}

/* Code at addresses of earlier code, and the record of the later one first. */
static void knows_what_was_there_then(void)
{
	struct file file = { 0 };
	struct jitdump jitdump;
	struct symbols symbols;

	put_header(&file, 0x4a695444, 0);
	put_load(&file, 300, 0x1000, 16, 2, "second");
	put_load(&file, 100, 0x1000, 16, 1, "first");
	put_move(&file, 500, 0x1000, 0x5000, 16, 1);
	put_load(&file, 700, 0x1000, 16, 3, "third");
	CHECK(read_file(&file, &jitdump, &symbols));
	CHECK_TEXT(symbols_find_at(&symbols, 0x1008, 200)->name, "first");
	CHECK_TEXT(symbols_find_at(&symbols, 0x1008, 400)->name, "second");
	CHECK_TEXT(symbols_find_at(&symbols, 0x1008, 700)->name, "third");
	CHECK_TEXT(symbols_find_at(&symbols, 0x5008, 600)->name, "first");
	free_all(&jitdump, &symbols);
}

static void refuses_other_files(void)
{
	struct file swapped = { 0 }, cut = { 0 }, newer = { 0 };
	struct jitdump jitdump;
	struct symbols symbols;

	put_header(&swapped, 0x4454694a, 0);
	CHECK(!read_file(&swapped, &jitdump, &symbols));
	CHECK_NUMBER(account.losses[LOSS_RECORDS], 1);
	put_header(&cut, 0x4a695444, 0);
	cut.size--;
	CHECK(!read_file(&cut, &jitdump, &symbols));
	put_header(&newer, 0x4a695444, 0);
	newer.bytes[4] = 2;
	CHECK(!read_file(&newer, &jitdump, &symbols));
	CHECK(!jitdump_read(&jitdump, &symbols, -1));
}

/* Names of files, too, take room: a jitdump can have another with each record, and never load code. */
static void bounds_what_it_keeps(void)
{
	struct file file = { 0 };
	struct jitdump jitdump;
	struct symbols symbols = { .account = &account };
	int fd = memfd_create("jitdump", MFD_CLOEXEC);

	put_header(&file, 0x4a695444, 0);
	put_debug_info(&file, 0x1000, 1, "/srv/a.js");
	put_load(&file, 1, 0x1000, 16, 1, "f");
	put_debug_info(&file, 0x2000, 1, "/srv/b.js");
	put_load(&file, 1, 0x2000, 16, 2, "g");
	CHECK(write(fd, file.bytes, file.size) == (ssize_t)file.size);
	account = (struct naming_account){ .bytes = MAX_GENERATED_BYTES - 2 * GENERATED_SYMBOL_BYTES - 10 };
	CHECK(jitdump_read(&jitdump, &symbols, fd));
	symbols_sort(&symbols);
	at(&jitdump, &symbols, 0x1000, "f", 1);
	at(&jitdump, &symbols, 0x2000, NULL, 0);
	CHECK_NUMBER(jitdump.files.count, 1);
	CHECK_NUMBER(account.losses[LOSS_SYMBOLS], 1);
	free_all(&jitdump, &symbols);
	close(fd);
}

static void knows_its_files_by_name(void)
{
	CHECK(jitdump_is_path("/tmp/.debug/jit/jit-12.dump"));
	CHECK(jitdump_is_path("jit-1.dump"));
	CHECK(!jitdump_is_path("/tmp/jit-.dump"));
	CHECK(!jitdump_is_path("/tmp/jit-1.dump.so"));
	CHECK(!jitdump_is_path("/tmp/ajit-1.dump"));
	CHECK(!jitdump_is_path("/jit-1.dump/libc.so"));
	CHECK(!jitdump_is_path(""));
}

int main(void)
{
	names_what_was_loaded();
	follows_moved_code();
	knows_the_place_of_the_code_that_follows();
	leaves_damaged_records_out();
	believes_no_sizes();
	ends_where_records_end();
	knows_what_was_there_then();
	refuses_other_files();
	bounds_what_it_keeps();
	knows_its_files_by_name();
	return check_report("jitdump");
}
