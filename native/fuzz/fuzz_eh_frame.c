// SPDX-License-Identifier: Apache-2.0
/* The content of an .eh_frame section, in an ELF file that is otherwise sound. */
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "unwind/table.h"

/* Code is on both sides of the section, as far as its four bytes of distance reach in real files. */
#define CODE_ADDRESS 0x10000UL
#define CODE_BYTES 0x20000000UL
#define SECTION_ADDRESS 0x10000000UL

struct file {
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	Elf64_Shdr sections[3];
	char names[32];
	uint8_t content[];
};

static void fill(struct file *file, const uint8_t *bytes, size_t size)
{
	static const char names[] = "\0.eh_frame\0.shstrtab";

	memcpy(file->content, bytes, size);
	memcpy(file->names, names, sizeof(names));
	file->header = (Elf64_Ehdr){
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_DYN,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = offsetof(struct file, segment),
		.e_shoff = offsetof(struct file, sections),
		.e_ehsize = sizeof(file->header),
		.e_phentsize = sizeof(file->segment),
		.e_phnum = 1,
		.e_shentsize = sizeof(*file->sections),
		.e_shnum = 3,
		.e_shstrndx = 2,
	};
	file->segment = (Elf64_Phdr){
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_X,
		.p_vaddr = CODE_ADDRESS,
		.p_filesz = CODE_BYTES,
		.p_memsz = CODE_BYTES,
	};
	file->sections[1] = (Elf64_Shdr){
		.sh_name = 1,
		.sh_type = SHT_PROGBITS,
		.sh_flags = SHF_ALLOC,
		.sh_addr = SECTION_ADDRESS,
		.sh_offset = offsetof(struct file, content),
		.sh_size = size,
		.sh_addralign = 1,
	};
	file->sections[2] = (Elf64_Shdr){
		.sh_name = 11,
		.sh_type = SHT_STRTAB,
		.sh_offset = offsetof(struct file, names),
		.sh_size = sizeof(names),
		.sh_addralign = 1,
	};
}

/* Rows are sorted, and found by the address they begin at. */
static void check(const struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		if (i && table->rows[i].address <= table->rows[i - 1].address)
			abort();
		if (table_find(table, table->rows[i].address) != &table->rows[i].rule)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct file *file = calloc(1, sizeof(*file) + size);
	struct table table = { 0 };
	Elf *elf;

	fill(file, bytes, size);
	elf_version(EV_CURRENT);
	elf = elf_memory((char *)file, sizeof(*file) + size);
	table_read(&table, elf);
	check(&table);
	table_free(&table);
	elf_end(elf);
	free(file);
	return 0;
}
