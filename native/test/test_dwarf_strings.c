// SPDX-License-Identifier: Apache-2.0
/* DWARF whose last text has no end. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "symbols/dwarf_lines.h"
#include "symbols/elf_image.h"
#include "symbols/elf_symbols.h"

static char folder[] = "/tmp/profbound-test-XXXXXX";

static bool run(const char *command)
{
	char whole[1024];

	snprintf(whole, sizeof(whole), "cd %s && %s", folder, command);
	return CHECK(system(whole) == 0);
}

static int open_file(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return open(path, O_RDWR);
}

/* Overwrites the last byte of a section. */
static void break_end(int fd, const char *section)
{
	struct elf_image image;
	GElf_Shdr header;
	Elf_Scn *found;

	if (!CHECK(elf_image_open(&image, fd)) || !CHECK(elf_find_section(image.elf, section, &found, &header)))
		return;
	CHECK(pwrite(fd, "x", 1, header.sh_offset + header.sh_size - 1) == 1);
	elf_image_close(&image);
}

/* Overwrites what a packed section says of itself. */
static void change_packing(int fd, const char *section, uint32_t type, uint64_t size)
{
	const Elf64_Chdr changed = { .ch_type = type, .ch_size = size, .ch_addralign = 1 };
	struct elf_image image;
	GElf_Shdr header;
	Elf_Scn *found;

	if (!CHECK(elf_image_open(&image, fd)) || !CHECK(elf_find_section(image.elf, section, &found, &header)))
		return;
	CHECK(header.sh_flags & SHF_COMPRESSED);
	CHECK(pwrite(fd, &changed, sizeof(changed), header.sh_offset) == sizeof(changed));
	elf_image_close(&image);
}

static size_t count_copies(const struct dwarf_units *units)
{
	size_t count = 0;

	for (size_t i = 0; i < DWARF_SECTIONS; i++)
		count += units->strings.copies[i] != NULL;
	return count;
}

/* Opens the DWARF of a file; says how many sections got an end, and the line main() is defined at, 0 without lines. */
static uint32_t line_of_main(int fd, size_t *copies)
{
	struct symbols symbols = { 0 };
	struct source_lines lines;
	struct dwarf_units units;
	struct elf_image image;
	uint32_t line = 0;

	CHECK(elf_image_open(&image, fd));
	elf_symbols_read(&symbols, image.elf);
	dwarf_units_open(&units, image.elf);
	*copies = count_copies(&units);
	for (size_t i = 0; i < symbols.count; i++) {
		const struct symbol *symbol = &symbols.entries[i];

		if (strcmp(symbol->name, "main") == 0 && dwarf_lines_find(&units, symbol->start, symbol->start, &lines))
			line = lines.entries[lines.count - 1].start_line;
	}
	dwarf_units_close(&units);
	elf_image_close(&image);
	symbols_free(&symbols);
	return line;
}

int main(void)
{
	size_t copies;
	int fd;

	CHECK(mkdtemp(folder) != NULL);
	run("printf 'int f(int x) { return x; }\\nint main(int n, char **a)\\n{\\n\\treturn f(n);\\n}\\n' > a.c");
	/* Enough that packing makes it smaller. */
	run("for i in $(seq 99); do echo \"int f$i(int x) { return x + $i; }\"; done >> a.c");
	run("gcc -g -gdwarf-5 -O0 -o plain a.c && cp plain broken && objcopy --compress-debug-sections=zlib plain packed && cp packed lying && "
	    "objcopy --compress-debug-sections=zlib-gnu plain old");

	fd = open_file("plain");
	CHECK_NUMBER(line_of_main(fd, &copies), 2);
	CHECK_NUMBER(copies, 0);
	close(fd);

	fd = open_file("broken");
	break_end(fd, ".debug_line_str");
	break_end(fd, ".debug_str");
	CHECK_NUMBER(line_of_main(fd, &copies), 2);
	CHECK_NUMBER(copies, 2);
	close(fd);

	/* Unpacked here: at least .debug_info is large enough to be packed. */
	fd = open_file("packed");
	CHECK_NUMBER(line_of_main(fd, &copies), 2);
	CHECK(copies > 0);
	close(fd);

	/* Not what they claim to be: without lines, but without harm. */
	fd = open_file("lying");
	change_packing(fd, ".debug_info", ELFCOMPRESS_ZLIB, 1ULL << 40);
	CHECK_NUMBER(line_of_main(fd, &copies), 0);
	change_packing(fd, ".debug_info", ELFCOMPRESS_ZLIB, 10);
	CHECK_NUMBER(line_of_main(fd, &copies), 0);
	change_packing(fd, ".debug_info", 77, 1000);
	CHECK_NUMBER(line_of_main(fd, &copies), 0);
	close(fd);

	/* Unpacked where nobody can look at it before: left alone. */
	fd = open_file("old");
	CHECK_NUMBER(line_of_main(fd, &copies), 0);
	close(fd);

	run("rm -r ../$(basename $PWD)");
	return check_report("dwarf_strings");
}
