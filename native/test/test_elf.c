// SPDX-License-Identifier: Apache-2.0
/* ELF files: this very program, one compiled with debug information, and damaged ones. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "symbols/debug_file.h"
#include "symbols/elf_symbols.h"
#include "symbols/libc_roots.h"
#include "processes/mappings.h"
#include "support/paths.h"
#include "symbols/object_symbols.h"

__attribute__((noinline)) void profbound_known_function(void)
{
	__asm__ volatile("");
}

static struct object file_object(int fd, const char *path)
{
	return (struct object){ .kind = OBJECT_FILE, .path = (char *)path, .fd = fd, .owner = { .root = -1 } };
}

static void finds_functions_of_this_program(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);
	struct object object = file_object(fd, "/proc/self/exe");
	struct mappings mappings = { 0 };
	const struct mapping *mapping;
	struct object_symbols symbols;
	const struct symbol *symbol;
	uint64_t address = 0, pointer = (uint64_t)&profbound_known_function;

	object_symbols_load(&symbols, &object, NULL);
	CHECK(symbols.is_readable);
	CHECK(mappings_read(&mappings, getpid()));
	mapping = mappings_find(&mappings, pointer);
	CHECK(mapping && elf_image_address(&symbols.image, pointer - mapping->start + mapping->offset, &address));
	symbol = symbols_find(&symbols.symbols, address);
	if (CHECK(symbol)) {
		CHECK_TEXT(symbol->name, "profbound_known_function");
		CHECK_NUMBER(symbol->start, address);
	}
	/* Headers and data are not code. */
	CHECK(!elf_image_address(&symbols.image, 0, &address));
	CHECK(!elf_image_address(&symbols.image, UINT64_MAX, &address));
	object_symbols_free(&symbols);
	mappings_free(&mappings);
	close(fd);
}

static void finds_functions_of_the_vdso(void)
{
	struct object object = { .kind = OBJECT_VDSO, .path = "[vdso]", .fd = -1, .owner = { .root = -1 } };
	struct object_symbols symbols;
	bool found = false;

	object_symbols_load(&symbols, &object, NULL);
	CHECK(symbols.is_readable);
	for (size_t i = 0; i < symbols.symbols.count; i++)
		found |= strstr(symbols.symbols.entries[i].name, "clock_gettime") != NULL;
	CHECK(found);
	object_symbols_free(&symbols);
}

static const struct symbol *find_by_name(const struct symbols *symbols, const char *name)
{
	for (size_t i = 0; i < symbols->count; i++) {
		if (strcmp(symbols->entries[i].name, name) == 0)
			return &symbols->entries[i];
	}
	return NULL;
}

/* A program with DWARF, PLT and a build id, made by the compiler that made this test. */
static const char source[] = "#include <stdlib.h>\n"
			     "\n"
			     "__attribute__((noinline)) int second(int x)\n"
			     "{\n"
			     "	return x + rand();\n"
			     "}\n"
			     "\n"
			     "int main(void)\n"
			     "{\n"
			     "	return second(1);\n"
			     "}\n";

static void compile(const char *folder)
{
	char path[256], command[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/p.c", folder);
	file = fopen(path, "w");
	if (!CHECK(file && fputs(source, file) >= 0 && fclose(file) == 0))
		return;
	snprintf(command, sizeof(command),
		 "cd %s && cc -g -O1 -fno-builtin -Wl,-z,lazy,--build-id=0x0123456789abcdef -o p p.c", folder);
	CHECK(system(command) == 0);
}

static void finds_declarations(const char *folder)
{
	char path[256], expected[256], file[256];
	struct object object;
	struct object_symbols symbols;
	const struct symbol *symbol;
	struct source_lines lines;

	compile(folder);
	snprintf(path, sizeof(path), "%s/p", folder);
	snprintf(expected, sizeof(expected), "%s/p.c", folder);
	object = file_object(open(path, O_RDONLY), path);
	object_symbols_load(&symbols, &object, NULL);
	CHECK_TEXT(symbols.image.build_id, "0123456789abcdef");
	symbol = find_by_name(&symbols.symbols, "second");
	if (CHECK(symbol && object_symbols_lines(&symbols, symbol->start, symbol->start + 1, &lines))) {
		path_join(file, sizeof(file), lines.entries[0].folder, lines.entries[0].file);
		CHECK_TEXT(file, expected);
		CHECK_TEXT(lines.entries[0].name, "second");
		CHECK_NUMBER(lines.entries[0].start_line, 3);
		CHECK_NUMBER(lines.count, 1);
	}
	CHECK(!object_symbols_lines(&symbols, 0, 0, &lines));
	CHECK(!object_symbols_lines(&symbols, UINT64_MAX, UINT64_MAX, &lines));
	CHECK(find_by_name(&symbols.symbols, "_start") != NULL);
	object_symbols_free(&symbols);
	close(object.fd);
}

/* Separate debug files beside the program, by name: with the right build id, then with another. */
static void finds_the_debug_file(const char *folder)
{
	char path[256], command[1024];
	struct object object;
	struct object_symbols symbols;
	const struct symbol *symbol;
	struct source_lines lines;

	snprintf(path, sizeof(path), "%s/p", folder);
	for (int wrong = 0; wrong <= 1; wrong++) {
		compile(folder);
		snprintf(command, sizeof(command),
			 "cd %s && rm -rf .debug && mkdir .debug && objcopy --only-keep-debug p .debug/p.debug && "
			 "objcopy --strip-all --add-gnu-debuglink=.debug/p.debug p %s",
			 folder, wrong ? "&& objcopy --remove-section=.note.gnu.build-id .debug/p.debug" : "");
		CHECK(system(command) == 0);
		object = file_object(open(path, O_RDONLY), path);
		object_symbols_load(&symbols, &object, NULL);
		symbol = find_by_name(&symbols.symbols, "second");
		CHECK((symbol != NULL) == !wrong);
		if (symbol)
			CHECK(object_symbols_lines(&symbols, symbol->start, symbol->start, &lines) &&
			      lines.entries[0].start_line == 3);
		/* What a lazily bound program calls is named also without its symbol table. */
		CHECK(find_by_name(&symbols.symbols, "rand@plt") != NULL);
		object_symbols_free(&symbols);
		close(object.fd);
	}
}

/* A symbol table packed into the stripped program: whole, then damaged. */
static void finds_packed_symbols(const char *folder)
{
	char path[256], command[1024];

	snprintf(path, sizeof(path), "%s/p", folder);
	for (int damaged = 0; damaged <= 1; damaged++) {
		struct object_symbols symbols;
		struct object object;
		uint64_t expected;

		compile(folder);
		object = file_object(open(path, O_RDONLY), path);
		object_symbols_load(&symbols, &object, NULL);
		expected = find_by_name(&symbols.symbols, "second")->start;
		object_symbols_free(&symbols);
		close(object.fd);
		snprintf(command, sizeof(command),
			 "cd %s && rm -rf .debug && objcopy --only-keep-debug p m && objcopy -g m && xz -f m && %s && "
			 "objcopy --strip-all --add-section .gnu_debugdata=m.xz p",
			 folder, damaged ? "truncate -s 300 m.xz" : "true");
		CHECK(system(command) == 0);
		object = file_object(open(path, O_RDONLY), path);
		object_symbols_load(&symbols, &object, NULL);
		if (damaged)
			CHECK(!find_by_name(&symbols.symbols, "second"));
		else
			CHECK(find_by_name(&symbols.symbols, "second") &&
			      find_by_name(&symbols.symbols, "second")->start == expected);
		object_symbols_free(&symbols);
		close(object.fd);
	}
}

/* A function was found, and where the C library's own symbols are installed, it is the right one. */
static void check_against_debug_file(const struct symbols *symbols, const struct elf_image *image, const char *path,
				     const char *name)
{
	const struct symbol *found = find_by_name(symbols, name), *known;
	struct symbols debug_symbols = { 0 };
	struct elf_image debug_image;
	int fd = debug_file_open(image, path);

	CHECK(found != NULL);
	if (!found || fd < 0 || !elf_image_open(&debug_image, fd))
		return;
	elf_symbols_read(&debug_symbols, debug_image.elf);
	known = find_by_name(&debug_symbols, name);
	CHECK(known && known->start == found->start);
	symbols_free(&debug_symbols);
	elf_image_close(&debug_image);
	close(fd);
}

/* The C library that programs run with, which has no symbol table on most systems. */
static void finds_where_threads_begin(void)
{
	FILE *pipe = popen("cc -print-file-name=libc.so.6", "r");
	struct symbols symbols = { 0 };
	struct elf_image image;
	char path[1024] = "";
	size_t before;
	int fd;

	CHECK(pipe && fscanf(pipe, "%1023s", path) == 1 && pclose(pipe) == 0);
	fd = open(path, O_RDONLY);
	if (!CHECK(fd >= 0 && elf_image_open(&image, fd)))
		return;
	elf_symbols_read(&symbols, image.elf);
	symbols_sort(&symbols);
	before = symbols.count;
	/* Only in what is called a C library. */
	libc_roots_add(&symbols, image.elf, "/lib/libm.so.6");
	CHECK_NUMBER(symbols.count, before);
	libc_roots_add(&symbols, image.elf, path);
	check_against_debug_file(&symbols, &image, path, "__libc_start_call_main");
	check_against_debug_file(&symbols, &image, path, "start_thread");
	symbols_free(&symbols);
	elf_image_close(&image);
	close(fd);
}

/* Every symbol and address that a damaged file offers is looked up; whatever comes out, nothing may crash or hang. */
static void explore(int fd)
{
	struct object object = file_object(fd, "/lib/libc.so.6");
	struct object_symbols symbols;
	struct source_lines lines;

	object_symbols_load(&symbols, &object, NULL);
	for (size_t i = 0; i < symbols.symbols.count && i < 200; i++) {
		uint64_t start = symbols.symbols.entries[i].start;

		object_symbols_lines(&symbols, start, start, &lines);
	}
	object_symbols_free(&symbols);
}

static void survives_damage(const char *folder)
{
	char path[256];
	struct stat status;
	uint32_t random = 1;
	uint8_t *good, *bad;
	int fd, copy = memfd_create("damaged", 0);

	compile(folder);
	snprintf(path, sizeof(path), "%s/p", folder);
	fd = open(path, O_RDONLY);
	if (!CHECK(fd >= 0 && copy >= 0 && fstat(fd, &status) == 0))
		return;
	good = malloc(status.st_size);
	bad = malloc(status.st_size);
	CHECK(read(fd, good, status.st_size) == status.st_size);
	for (int round = 0; round < 400; round++) {
		size_t size = status.st_size;

		memcpy(bad, good, size);
		for (int change = 0; change < 8; change++) {
			random = random * 1664525 + 1013904223;
			/* Half of the changes hit the header, the rest anything. */
			bad[change % 2 ? (random >> 8) % 512 : (random >> 8) % size] ^= random >> 24;
		}
		/* What says that it is an ELF file stays, or there would be nothing to test. */
		memcpy(bad, good, 6);
		if (round % 4 == 0)
			size = size * (round % 97) / 97;
		CHECK(ftruncate(copy, 0) == 0 && pwrite(copy, bad, size, 0) == (ssize_t)size);
		explore(copy);
	}
	free(good);
	free(bad);
	close(copy);
	close(fd);
}

int main(void)
{
	char folder[] = "/tmp/profbound-test-XXXXXX", command[64];

	CHECK(mkdtemp(folder) != NULL);
	finds_functions_of_this_program();
	finds_functions_of_the_vdso();
	finds_declarations(folder);
	finds_the_debug_file(folder);
	finds_packed_symbols(folder);
	finds_where_threads_begin();
	survives_damage(folder);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	CHECK(system(command) == 0);
	return check_report("elf");
}
