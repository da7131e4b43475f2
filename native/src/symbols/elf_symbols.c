// SPDX-License-Identifier: Apache-2.0
#include "symbols/elf_symbols.h"

#include <gelf.h>
#include <stdio.h>
#include <string.h>

#include "support/bounds.h"
#include "symbols/elf_image.h"

/* Of a PLT entry on x86-64, and of what precedes the first where they are bound lazily. */
#define PLT_ENTRY_BYTES 16
/* Of those without room for more than a jump, and of the address it takes. */
#define BARE_ENTRY_BYTES 8
#define SLOT_BYTES 8

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

/* The entries of a PLT, one for each relocation of .rela.plt. */
struct plt {
	uint64_t first;
	uint64_t entry_bytes;
	size_t count;
	/* Of a static program, in which entries and relocations have not the same order; else NULL. */
	const uint8_t *code;
};

/*
 * A static program has an entry for each function that is chosen by what the CPU can, and none before them, since nothing is
 * bound lazily.
 */
static bool is_bare(const GElf_Shdr *header, size_t relocation_count)
{
	return relocation_count && header->sh_size % relocation_count == 0 &&
	       (header->sh_size / relocation_count == PLT_ENTRY_BYTES || header->sh_size / relocation_count == BARE_ENTRY_BYTES);
}

static bool find_plt(Elf *elf, size_t relocation_count, struct plt *plt)
{
	Elf_Scn *section;
	GElf_Shdr header;
	Elf_Data *data;

	*plt = (struct plt){ .entry_bytes = PLT_ENTRY_BYTES };
	if (elf_find_section(elf, ".plt.sec", &section, &header)) {
		plt->first = header.sh_addr;
	} else if (elf_find_section(elf, ".plt", &section, &header)) {
		plt->first = header.sh_addr + PLT_ENTRY_BYTES;
		if (is_bare(&header, relocation_count)) {
			data = elf_rawdata(section, NULL);
			if (!data || !data->d_buf || data->d_size != header.sh_size)
				return false;
			*plt = (struct plt){ .first = header.sh_addr, .entry_bytes = header.sh_size / relocation_count, .code = data->d_buf };
		}
	} else {
		return false;
	}
	plt->count = header.sh_size / plt->entry_bytes;
	return true;
}

/* Where an entry of a static program has the address that it jumps to: jmp *slot(%rip); 0 when it is another instruction. */
static uint64_t slot_of(const struct plt *plt, size_t entry)
{
	const uint8_t *code = plt->code + entry * plt->entry_bytes;
	int32_t distance;

	if (code[0] != 0xff || code[1] != 0x25)
		return 0;
	memcpy(&distance, code + 2, sizeof(distance));
	return plt->first + entry * plt->entry_bytes + 6 + distance;
}

/* The entry of the n-th relocation, which is of `slot`; false when it has none. */
static bool entry_of(const struct plt *plt, size_t number, uint64_t slot, size_t *entry)
{
	*entry = plt->code ? (slot - slot_of(plt, 0)) / SLOT_BYTES : number;
	return *entry < plt->count && (!plt->code || slot_of(plt, *entry) == slot);
}

/*
 * The function that is chosen by what the CPU can (IFUNC), by the address of what chooses; NULL when none is known. Looked for
 * among the first `*known` symbols, which are sorted when the first is asked for.
 */
static const char *find_chosen(struct symbols *symbols, size_t *known, uint64_t address)
{
	const struct symbol *found;

	if (!*known) {
		symbols_sort(symbols);
		*known = symbols->count;
	}
	found = symbols_find(&(struct symbols){ .entries = symbols->entries, .count = *known }, address);
	return found && found->start == address ? found->name : NULL;
}

/* The relocations of .rela.plt say which functions the entries of the PLT lead to. */
static void read_plt(struct symbols *symbols, Elf *elf)
{
	Elf_Scn *relocation_section, *symbol_section;
	GElf_Shdr relocations, table;
	Elf_Data *entries, *table_data;
	size_t known = 0;
	GElf_Ehdr file;
	struct plt plt;

	if (!gelf_getehdr(elf, &file) || file.e_machine != EM_X86_64)
		return;
	if (!elf_find_section(elf, ".rela.plt", &relocation_section, &relocations) || !relocations.sh_entsize ||
	    !find_plt(elf, relocations.sh_size / relocations.sh_entsize, &plt))
		return;
	symbol_section = elf_getscn(elf, relocations.sh_link);
	if (!symbol_section || !gelf_getshdr(symbol_section, &table))
		return;
	entries = elf_getdata(relocation_section, NULL);
	table_data = elf_getdata(symbol_section, NULL);
	if (!entries || !table_data || entries->d_type != ELF_T_RELA || table_data->d_type != ELF_T_SYM)
		return;
	for (size_t i = 0; i < plt.count; i++) {
		char name[MAX_NAME_BYTES];
		const char *target;
		GElf_Rela relocation;
		GElf_Sym symbol;
		size_t entry;

		if (!gelf_getrela(entries, i, &relocation))
			return;
		if (!entry_of(&plt, i, relocation.r_offset, &entry) || !gelf_getsym(table_data, GELF_R_SYM(relocation.r_info), &symbol))
			continue;
		target = GELF_R_TYPE(relocation.r_info) == R_X86_64_IRELATIVE ? find_chosen(symbols, &known, relocation.r_addend)
									       : elf_strptr(elf, table.sh_link, symbol.st_name);
		if (!target || !*target)
			continue;
		snprintf(name, sizeof(name), "%s@plt", target);
		symbols_add(symbols, plt.first + entry * plt.entry_bytes, plt.entry_bytes, name, SYMBOL_LOCAL);
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
