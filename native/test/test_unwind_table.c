// SPDX-License-Identifier: Apache-2.0
/* Unwind tables of sections that were written for the test, of compiled programs, the vDSO, and of damaged files. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "symbols/elf_image.h"
#include "unwind/table.h"

static char folder[] = "/tmp/profbound-test-XXXXXX";

/* Writes `source`, runs a command on it in the folder, and opens the `p` it makes. */
static int make(const char *name, const char *source, const char *command)
{
	char path[128], line[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	CHECK(file && fputs(source, file) >= 0 && fclose(file) == 0);
	snprintf(line, sizeof(line), "cd %s && %s", folder, command);
	CHECK(system(line) == 0);
	snprintf(path, sizeof(path), "%s/p", folder);
	return open(path, O_RDONLY);
}

static bool read_table(struct table *table, int fd)
{
	struct elf_image image;
	bool found = elf_image_open(&image, fd) && table_read(table, image.elf);

	elf_image_close(&image);
	return found;
}

static bool is_rule(const struct table *table, uint64_t address, struct unwind_rule expected)
{
	const struct unwind_rule *rule = table_find(table, address);

	return rule && memcmp(rule, &expected, sizeof(expected)) == 0;
}

#define RULE(...) ((struct unwind_rule){ __VA_ARGS__ })
#define AT_RSP(bytes, ...) RULE(.cfa = UNWIND_CFA_REGISTER, .cfa_register = UNWIND_RSP, .offset = (bytes), ##__VA_ARGS__)
#define GAP RULE(.cfa = UNWIND_CFA_FRAME_POINTER)

/* Code at 0x10000, one byte an instruction; rows differ where the comments say. */
static const char directives[] =
	".globl _start\n"
	"_start: .cfi_startproc\n .cfi_undefined rip\n nop\n .cfi_endproc\n"		       /* 0 */
	".skip 15, 0x90\n"								       /* 1: a gap */
	"f: .cfi_startproc\n nop\n .cfi_def_cfa_offset 16\n .cfi_offset rbp, -16\n nop\n"      /* 10, 11 */
	".cfi_remember_state\n .cfi_def_cfa rsp, 8\n .cfi_restore rbp\n nop\n"		       /* 12 */
	".cfi_restore_state\n .cfi_offset rbx, -24\n .cfi_escape 0x2e, 0x10\n nop\n"	       /* 13, GNU_args_size */
	".cfi_def_cfa_register rbp\n .cfi_register rbx, r12\n nop\n .cfi_same_value rbx\n nop\n" /* 14, 15 */
	".cfi_endproc\n"
	"g: .cfi_startproc\n"								       /* 16: directly behind */
	".cfi_escape 0x0f, 0x03, 0x76, 0x78, 0x06\n"					       /* *(rbp-8) */
	".cfi_escape 0x10, 0x06, 0x02, 0x76, 0x00\n .cfi_escape 0x10, 0x03, 0x02, 0x76, 0x50\n" /* rbp+0, rbp-48 */
	"nop\n .cfi_escape 0x0f, 0x06, 0x77, 0x90, 0x01, 0x06, 0x23, 0x08\n nop\n"	       /* 17: *(rsp+144)+8 */
	".cfi_escape 0x0f, 0x0b, 0x77, 0x08, 0x80, 0, 0x3f, 0x1a, 0x3a, 0x2a, 0x33, 0x24, 0x22\n nop\n" /* 18: PLT */
	".cfi_escape 0x0f, 0x02, 0x77, 0x08\n nop\n"					       /* 19: no dereference */
	".cfi_def_cfa rsp, 0x7fffffff\n nop\n .cfi_def_cfa_offset 0x80000000\n nop\n"	       /* 1a, 1b */
	".cfi_def_cfa rsp, 8\n .cfi_escape 0x10, 0x06, 0x02, 0x77, 0x08\n .cfi_val_offset rbx, -16\n nop\n" /* 1c */
	".cfi_offset rip, -16\n nop\n .cfi_endproc\n"					       /* 1d */
	"h: .cfi_startproc\n .cfi_signal_frame\n .cfi_escape 0x0f, 0x04, 0x77, 0xa0, 0x01, 0x06\n nop\n .cfi_endproc\n";

static void runs_every_instruction(void)
{
	int fd = make("p.s", directives, "cc -nostdlib -static -Wl,-Ttext=0x10000,--build-id=none -o p p.s");
	const struct unwind_rule unsupported = RULE(.cfa = UNWIND_CFA_UNSUPPORTED);
	struct unwind_rule saved = AT_RSP(16, .rbp = UNWIND_AT_CFA, .rbp_slot = -2);
	struct table table;

	if (!CHECK(read_table(&table, fd)))
		return;
	CHECK_NUMBER(table.malformed, 0);
	CHECK(is_rule(&table, 0x10000, RULE(.cfa = UNWIND_CFA_OUTERMOST)));
	CHECK(is_rule(&table, 0x10001, GAP));
	CHECK(is_rule(&table, 0x1000f, GAP));
	CHECK(is_rule(&table, 0x10010, AT_RSP(8)));
	CHECK(is_rule(&table, 0x10011, saved));
	CHECK(is_rule(&table, 0x10012, AT_RSP(8)));
	saved.rbx = UNWIND_AT_CFA;
	saved.rbx_slot = -3;
	CHECK(is_rule(&table, 0x10013, saved));
	saved.cfa_register = UNWIND_RBP;
	saved.rbx = UNWIND_LOST;
	saved.rbx_slot = 0;
	CHECK(is_rule(&table, 0x10014, saved));
	saved.rbx = UNWIND_SAME;
	CHECK(is_rule(&table, 0x10015, saved));
	saved = RULE(.cfa = UNWIND_CFA_DEREFERENCE, .cfa_register = UNWIND_RBP, .offset = -8, .rbp = UNWIND_AT_RBP,
		     .rbx = UNWIND_AT_RBP, .rbx_slot = -6);
	CHECK(is_rule(&table, 0x10016, saved));
	saved.cfa_register = UNWIND_RSP;
	saved.offset = 144;
	saved.addend = 8;
	CHECK(is_rule(&table, 0x10017, saved));
	saved.cfa = UNWIND_CFA_PLT;
	saved.offset = 8;
	saved.addend = 10;
	CHECK(is_rule(&table, 0x10018, saved));
	CHECK(is_rule(&table, 0x10019, unsupported));
	saved.cfa = UNWIND_CFA_REGISTER;
	saved.offset = INT32_MAX;
	saved.addend = 0;
	CHECK(is_rule(&table, 0x1001a, saved));
	CHECK(is_rule(&table, 0x1001b, unsupported));
	CHECK(is_rule(&table, 0x1001c, AT_RSP(8, .rbp = UNWIND_LOST, .rbx = UNWIND_LOST)));
	CHECK(is_rule(&table, 0x1001d, unsupported));
	CHECK(is_rule(&table, 0x1001e, RULE(.cfa = UNWIND_CFA_SIGNAL)));
	/* Its last instruction is a system call, within which the address is the one behind. */
	CHECK(is_rule(&table, 0x1001f, RULE(.cfa = UNWIND_CFA_SIGNAL)));
	CHECK(is_rule(&table, 0x10020, GAP));
	CHECK(!table_find(&table, 0xffff));
	table_free(&table);
	close(fd);
}

/* A CIE with an augmentation and the encoding of addresses; length and id are the assembler's to compute. */
#define CIE(label, version, letters, encoding)                                                                       \
	#label ": .long " #label "e-" #label "-4, 0\n .byte " #version "\n .asciz \"" letters "\"\n"                 \
	".byte 1, 0x78, 16, 1, " #encoding ", 0x0c, 7, 8, 0x90, 1\n .balign 4\n" #label "e:\n"
/* An FDE: its addresses as the directives say, no augmentation data, then its instructions. */
#define FDE(label, cie, addresses, instructions)                                                                     \
	#label ": .long " #label "e-" #label "-4, .-" #cie "\n " addresses "\n .byte 0, " instructions "\n"          \
	".balign 4\n" #label "e:\n"

static const char hand_made[] =
	".globl _start\n _start: .skip 256, 0x90\n .section .frames, \"a\", @progbits\n"
	/* Absolute, of 8 bytes; 8 bytes relative to here; 4 unsigned; 2 relative; indirect; unknown version; letters. */
	CIE(c1, 1, "zR", 0) CIE(c2, 1, "zR", 0x1c) CIE(c3, 3, "zR", 0x03) CIE(c4, 1, "zR", 0x9b) CIE(c5, 2, "zR", 0)
	CIE(c6, 1, "zQ", 0)
	FDE(f1, c1, ".quad _start + 0x80, 0x10", "0x0e, 16")
	/* Overlaps: the later one holds from where it begins. */
	FDE(f2, c2, ".quad _start + 0x20 - ., 0x20", "0x0e, 24") FDE(f3, c3, ".long _start + 0x30, 0x20", "0x0e, 32")
	/* Not well-formed: indirect, of no CIE that is, an operation that is none, a state that was never kept. */
	FDE(f4, c4, ".long 0, 16", "0") FDE(f5, c5, ".quad _start, 16", "0") FDE(f6, c6, ".quad _start, 16", "0")
	FDE(f7, c1, ".quad _start + 0xa0, 16", "0x41, 0x3f") FDE(f8, c1, ".quad _start + 0x90, 16", "0x41, 0x0b")
	/* Of no code, and of no length; instructions go on behind the function's end. */
	FDE(f9, c1, ".quad 0x1000, 16", "0") FDE(fa, c1, ".quad _start, 0", "0")
	FDE(fb, c1, ".quad _start + 0xf0, 16", "0x41, 0x0e, 16, 0x7f, 0x0e, 24")
	".long 0\n";

static void reads_every_encoding(void)
{
	/* Under another name the assembler and the linker leave it as it is. */
	int fd = make("p.s", hand_made,
		      "cc -nostdlib -static -Wl,-Ttext=0x10000,--build-id=none -o p p.s && "
		      "objcopy --rename-section .frames=.eh_frame p");
	struct table table;

	if (!CHECK(read_table(&table, fd)))
		return;
	/* f4 to f8, c5 and c6. */
	CHECK_NUMBER(table.malformed, 7);
	CHECK(is_rule(&table, 0x10000, GAP));
	CHECK(is_rule(&table, 0x10020, AT_RSP(24)));
	CHECK(is_rule(&table, 0x1002f, AT_RSP(24)));
	CHECK(is_rule(&table, 0x10030, AT_RSP(32)));
	CHECK(is_rule(&table, 0x1004f, AT_RSP(32)));
	CHECK(is_rule(&table, 0x10050, GAP));
	CHECK(is_rule(&table, 0x10080, AT_RSP(16)));
	CHECK(is_rule(&table, 0x10090, GAP));
	CHECK(is_rule(&table, 0x100a5, GAP));
	CHECK(is_rule(&table, 0x100f0, AT_RSP(8)));
	CHECK(is_rule(&table, 0x100ff, AT_RSP(16)));
	CHECK(is_rule(&table, 0x10100, GAP));
	table_free(&table);
	close(fd);
}

static const char debug_frame[] = ".globl _start\n .cfi_sections .debug_frame\n _start: .cfi_startproc\n"
				   "push %rbx\n .cfi_adjust_cfa_offset 8\n .cfi_offset rbx, -16\n ret\n .cfi_endproc\n";

static void reads_debug_frame(void)
{
	static const char *const commands[] = {
		"cc -nostdlib -static -Wl,-Ttext=0x10000,--build-id=none -o p p.s",
		"cc -nostdlib -static -Wl,-Ttext=0x10000,--build-id=none,--compress-debug-sections=zlib -o p p.s",
	};

	for (int i = 0; i < 2; i++) {
		int fd = make("p.s", debug_frame, commands[i]);
		struct table table;

		if (CHECK(read_table(&table, fd))) {
			CHECK(is_rule(&table, 0x10000, AT_RSP(8)));
			CHECK(is_rule(&table, 0x10001, AT_RSP(16, .rbx = UNWIND_AT_CFA, .rbx_slot = -2)));
			CHECK(is_rule(&table, 0x10002, GAP));
			table_free(&table);
		}
		close(fd);
	}
}

static void fills_gaps(void)
{
	struct unwind_rule one = AT_RSP(8), two = AT_RSP(16), gap = GAP;
	struct table table = { .malformed = 1 }, other = { .malformed = 2 };

	/* Own: [10, 20) and [30, 40). The other's: [0, 15), [18, 35), [50, 60). */
	table_add(&table, 10, &one);
	table_add(&table, 20, &gap);
	table_add(&table, 30, &one);
	table_add(&table, 40, &gap);
	table_add(&other, 0, &two);
	table_add(&other, 15, &gap);
	table_add(&other, 18, &two);
	table_add(&other, 35, &gap);
	table_add(&other, 50, &two);
	table_add(&other, 60, &gap);
	table_fill(&table, &other);
	CHECK_NUMBER(table.malformed, 3);
	for (uint64_t address = 0; address < 70; address++) {
		bool own = (address >= 10 && address < 20) || (address >= 30 && address < 40);
		bool others = address < 15 || (address >= 18 && address < 35) || (address >= 50 && address < 60);

		CHECK(is_rule(&table, address, own ? one : others ? two : gap));
	}
	CHECK_NUMBER(table.count, 7);
	table_free(&table);
	table_free(&other);
}

static void reads_the_vdso(void)
{
	const void *vdso = (const void *)getauxval(AT_SYSINFO_EHDR);
	struct elf_image image;
	struct table table;

	if (!CHECK(vdso && elf_image_open_memory(&image, vdso) && table_read(&table, image.elf)))
		return;
	CHECK(table.count > 10);
	CHECK_NUMBER(table.malformed, 0);
	table_free(&table);
	elf_image_close(&image);
}

static void reads_static_and_stripped_programs(void)
{
	static const char source[] = "#include <stdio.h>\nint main(void) { return puts(\"\") < 0; }\n";
	static const char *const commands[] = { "cc -O2 -static -o p p.c", "cc -O2 -static-pie -o p p.c", "cc -O2 -s -o p p.c",
						"cc -O2 -m32 -c -o p p.c 2>/dev/null || cp p.c p" };

	for (int i = 0; i < 4; i++) {
		int fd = make("p.c", source, commands[i]);
		struct table table = { 0 };

		CHECK(read_table(&table, fd) == (i < 3));
		CHECK_NUMBER(table.malformed, 0);
		CHECK((table.count > 5) == (i < 3));
		table_free(&table);
		close(fd);
	}
}

static bool is_well_formed(const struct table *table)
{
	for (size_t i = 1; i < table->count; i++) {
		const struct table_row *row = &table->rows[i];

		if (row->address <= row[-1].address || memcmp(&row->rule, &row[-1].rule, sizeof(row->rule)) == 0)
			return false;
	}
	return true;
}

/* Where a file's .eh_frame is in it. */
static void find_section(int fd, size_t *offset, size_t *size)
{
	struct elf_image image;
	Elf_Scn *section = NULL;
	size_t names;
	GElf_Shdr header;

	*offset = *size = 0;
	CHECK(elf_image_open(&image, fd) && elf_getshdrstrndx(image.elf, &names) == 0);
	while ((section = elf_nextscn(image.elf, section))) {
		if (gelf_getshdr(section, &header) && strcmp(elf_strptr(image.elf, names, header.sh_name), ".eh_frame") == 0) {
			*offset = header.sh_offset;
			*size = header.sh_size;
		}
	}
	elf_image_close(&image);
}

/* Random bytes in the middle of a real file, above all in its .eh_frame. */
static void survives_damage(void)
{
	int fd = make("p.s", directives, "cc -nostdlib -static -Wl,-Ttext=0x10000,--build-id=none -o p p.s");
	static uint8_t good[1 << 20], bad[1 << 20];
	ssize_t size = pread(fd, good, sizeof(good), 0);
	uint32_t random = 1;
	size_t malformed = 0, section, section_size;

	find_section(fd, &section, &section_size);
	if (!CHECK(section_size > 0 && size > (ssize_t)(section + section_size)))
		return;
	for (int round = 0; round < 3000; round++) {
		int copy = memfd_create("damaged", 0);
		struct table table = { 0 };

		memcpy(bad, good, size);
		for (int change = 0; change < 1 + round % 8; change++) {
			random = random * 1664525 + 1013904223;
			bad[change % 4 == 3 ? (random >> 8) % size : section + (random >> 8) % section_size] = random >> 16;
		}
		memcpy(bad, good, 6);
		CHECK(write(copy, bad, size) == size);
		read_table(&table, copy);
		CHECK(is_well_formed(&table));
		malformed += table.malformed;
		table_free(&table);
		close(copy);
	}
	CHECK(malformed > 100);
	close(fd);
}

/* lld writes no unwind information for its PLT, which is behind all other code; nobody does for that of static programs. */
static void knows_a_plt_without_information(void)
{
	static const char source[] = "#include <math.h>\nint main(int count, char **words) { return floor(count / 3.0) + cos(count); }\n";
	static const struct {
		const char *command;
		const char *section;
		int pushed;
	} cases[] = {
		{ "clang-19 -fuse-ld=lld -O0 -o p p.c -lm", ".plt", 11 },
		{ "clang-19 -fuse-ld=lld -O0 -fcf-protection -Wl,-z,force-ibt -o p p.c -lm 2>/dev/null", ".plt", 9 },
		{ "clang-19 -fuse-ld=lld -O0 -fcf-protection -Wl,-z,force-ibt -o p p.c -lm 2>/dev/null", ".plt.sec", 0 },
		/* Entries of functions that are chosen by the CPU are of 8 bytes, and begin anywhere. */
		{ "gcc -O0 -static -fcf-protection=none -o p p.c -lm", ".plt", 0 },
		{ "clang-19 -fuse-ld=lld -O0 -static -o p p.c -lm", ".iplt", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int fd = make("p.c", source, cases[i].command), pushed = cases[i].pushed;
		struct elf_image image;
		struct table table;
		GElf_Shdr header;
		Elf_Scn *section;

		if (!CHECK(elf_image_open(&image, fd) && table_read(&table, image.elf) &&
			   elf_find_section(image.elf, cases[i].section, &section, &header)))
			continue;
		if (pushed) {
			CHECK(is_rule(&table, header.sh_addr, AT_RSP(16)));
			CHECK(is_rule(&table, header.sh_addr + 6, AT_RSP(24)));
			CHECK(is_rule(&table, header.sh_addr + 16,
				      RULE(.cfa = UNWIND_CFA_PLT, .cfa_register = UNWIND_RSP, .offset = 8, .addend = pushed)));
		} else {
			CHECK(is_rule(&table, header.sh_addr, AT_RSP(8)));
		}
		/* Behind .plt there may be .plt.sec. */
		if (pushed != 9)
			CHECK(is_rule(&table, header.sh_addr + header.sh_size, GAP));
		table_free(&table);
		elf_image_close(&image);
		close(fd);
	}
}

int main(void)
{
	char command[64];

	CHECK(mkdtemp(folder) != NULL);
	runs_every_instruction();
	reads_every_encoding();
	reads_debug_frame();
	fills_gaps();
	reads_the_vdso();
	reads_static_and_stripped_programs();
	knows_a_plt_without_information();
	survives_damage();
	snprintf(command, sizeof(command), "rm -r %s", folder);
	CHECK(system(command) == 0);
	return check_report("unwind_table");
}
