// SPDX-License-Identifier: Apache-2.0
#include "symbols/elf_symbols.h"

#include <gelf.h>
#include <stdio.h>
#include <string.h>

#include "support/bounds.h"
#include "symbols/elf_image.h"

/* On x86-64 every PLT entry has this size, and so has what precedes the first in .plt. */
#define PLT_ENTRY_BYTES 16

static enum symbol_rank rank_of(const GElf_Sym *symbol)
{
	switch (GELF_ST_BIND(symbol->st_info)) {
	case STB_GLOBAL:
	case STB_GNU_UNIQUE:
		return SYMBOL_GLOBAL;
	case STB_WEAK:
		return SYMBOL_WEAK;
	default:
		return SYMBOL_LOCAL;
	}
}

/* The executable section a symbol lies in. */
static bool code_section(Elf *elf, GElf_Section index, GElf_Shdr *header)
{
	return index != SHN_UNDEF && index < SHN_LORESERVE && gelf_getshdr(elf_getscn(elf, index), header) &&
	       header->sh_flags & SHF_EXECINSTR;
}

static void add_symbol(struct symbols *symbols, Elf *elf, const GElf_Sym *symbol, const char *name)
{
	unsigned type = GELF_ST_TYPE(symbol->st_info);
	GElf_Shdr section;

	if (!name || !*name)
		return;
	if (type == STT_FUNC || type == STT_GNU_IFUNC) {
		if (symbol->st_shndx != SHN_UNDEF && symbol->st_size > 0) {
			symbols_add(symbols, symbol->st_value, symbol->st_size, name, rank_of(symbol));
			return;
		}
	} else if (type != STT_NOTYPE) {
		return;
	}
	/* Hand-written assembly often has neither type nor size: then it ends with its section at the latest. */
	if (!code_section(elf, symbol->st_shndx, &section) || symbol->st_value < section.sh_addr ||
	    symbol->st_value - section.sh_addr >= section.sh_size)
		return;
	symbols_add(symbols, symbol->st_value, section.sh_addr + section.sh_size - symbol->st_value, name, SYMBOL_LABEL);
}

static void read_table(struct symbols *symbols, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t entry = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
	size_t count = data && entry ? data->d_size / entry : 0;

	for (size_t i = 0; i < count && i < MAX_SYMBOLS; i++) {
		GElf_Sym symbol;

		if (gelf_getsym(data, i, &symbol))
			add_symbol(symbols, elf, &symbol, elf_strptr(elf, header->sh_link, symbol.st_name));
	}
}

/* The n-th relocation of .rela.plt says which function the n-th entry of the PLT leads to. */
static void read_plt(struct symbols *symbols, Elf *elf)
{
	Elf_Scn *plt_section, *relocation_section, *symbol_section;
	GElf_Shdr plt, relocations, table;
	Elf_Data *entries, *table_data;
	uint64_t first;
	GElf_Ehdr file;

	if (!gelf_getehdr(elf, &file) || file.e_machine != EM_X86_64)
		return;
	if (!elf_find_section(elf, ".rela.plt", &relocation_section, &relocations))
		return;
	if (elf_find_section(elf, ".plt.sec", &plt_section, &plt))
		first = plt.sh_addr;
	else if (elf_find_section(elf, ".plt", &plt_section, &plt))
		first = plt.sh_addr + PLT_ENTRY_BYTES;
	else
		return;
	symbol_section = elf_getscn(elf, relocations.sh_link);
	if (!symbol_section || !gelf_getshdr(symbol_section, &table))
		return;
	entries = elf_getdata(relocation_section, NULL);
	table_data = elf_getdata(symbol_section, NULL);
	if (!entries || !table_data || entries->d_type != ELF_T_RELA || table_data->d_type != ELF_T_SYM)
		return;
	for (size_t i = 0; i < plt.sh_size / PLT_ENTRY_BYTES; i++) {
		char name[MAX_NAME_BYTES];
		const char *target;
		GElf_Rela relocation;
		GElf_Sym symbol;

		if (!gelf_getrela(entries, i, &relocation))
			return;
		if (!gelf_getsym(table_data, GELF_R_SYM(relocation.r_info), &symbol))
			continue;
		target = elf_strptr(elf, table.sh_link, symbol.st_name);
		if (!target || !*target)
			continue;
		snprintf(name, sizeof(name), "%s@plt", target);
		symbols_add(symbols, first + i * PLT_ENTRY_BYTES, PLT_ENTRY_BYTES, name, SYMBOL_LOCAL);
	}
}

void elf_symbols_read(struct symbols *symbols, Elf *elf)
{
	for (Elf_Scn *section = elf_nextscn(elf, NULL); section; section = elf_nextscn(elf, section)) {
		GElf_Shdr header;

		if (!gelf_getshdr(section, &header))
			continue;
		/* A debug file has headers of sections whose content is elsewhere, but then SHT_NOBITS. */
		if (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM)
			read_table(symbols, elf, section, &header);
	}
	read_plt(symbols, elf);
}
