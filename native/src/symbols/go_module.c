// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "symbols/go_module.h"

#include <gelf.h>
#include <string.h>

#include "support/bounds.h"

/* Offsets in runtime.moduledata: the table, then slices of its names and units. */
enum { MODULE_TABLE = 0, MODULE_NAMES = 8, MODULE_UNITS = 32 };

/*
 * Whether there is a section that Go's linker always writes, and that neither strip nor another linker takes away. In
 * other programs, all of the read-only data would be searched in vain: 0.2 s for node, 1 s for Chromium.
 */
static bool has_go_section(Elf *elf)
{
	Elf_Scn *section = NULL;
	size_t strings;

	if (elf_getshdrstrndx(elf, &strings))
		return false;
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		const char *name = gelf_getshdr(section, &header) ? elf_strptr(elf, strings, header.sh_name) : NULL;

		if (name && (strcmp(name, ".go.buildinfo") == 0 || strcmp(name, ".note.go.buildid") == 0))
			return true;
	}
	return false;
}

bool go_image_open(struct go_image *image, Elf *elf)
{
	GElf_Ehdr header;

	*image = (struct go_image){ .elf = elf };
	return elf && gelf_getehdr(elf, &header) && header.e_machine == EM_X86_64 &&
	       header.e_ident[EI_CLASS] == ELFCLASS64 && has_go_section(elf);
}

/* The content of a section that is loaded; false when it has none. */
static bool loaded_bytes(Elf_Scn *section, GElf_Shdr *header, struct go_bytes *bytes)
{
	Elf_Data *data;

	if (!gelf_getshdr(section, header) || !(header->sh_flags & SHF_ALLOC) || header->sh_type == SHT_NOBITS)
		return false;
	data = elf_rawdata(section, NULL);
	if (!data || !data->d_buf)
		return false;
	*bytes = (struct go_bytes){ data->d_buf, data->d_size };
	return true;
}

/* Linkers merge the table into other read-only data, which may be relocated. */
static bool may_hold_table(Elf *elf, const GElf_Shdr *header)
{
	static const char *const names[] = { ".gopclntab", ".data.rel.ro.gopclntab", ".data.rel.ro", ".rodata" };
	size_t strings;
	const char *name = elf_getshdrstrndx(elf, &strings) ? NULL : elf_strptr(elf, strings, header->sh_name);

	for (size_t i = 0; name && i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

bool go_image_next_table(struct go_image *image, uint64_t *address)
{
	/* The rest of the magic number, no padding, instructions of one byte, addresses of eight. */
	static const uint8_t form[] = { 0xff, 0xff, 0xff, 0, 0, 1, 8 };

	if (!image->section)
		image->section = elf_nextscn(image->elf, NULL);
	for (; image->section; image->section = elf_nextscn(image->elf, image->section), image->at = 0) {
		struct go_bytes bytes;
		GElf_Shdr header;
		const uint8_t *found;

		if (!loaded_bytes(image->section, &header, &bytes) || !may_hold_table(image->elf, &header))
			continue;
		if (image->at + 1 >= bytes.size)
			continue;
		found = memmem(bytes.bytes + image->at + 1, bytes.size - image->at - 1, form, sizeof(form));
		if (!found)
			continue;
		image->at = found - bytes.bytes;
		image->table = (struct go_bytes){ found - 1, bytes.size - (image->at - 1) };
		*address = header.sh_addr + image->at - 1;
		return true;
	}
	return false;
}

bool go_image_bytes(const struct go_image *image, uint64_t address, struct go_bytes *bytes)
{
	for (Elf_Scn *section = elf_nextscn(image->elf, NULL); section; section = elf_nextscn(image->elf, section)) {
		GElf_Shdr header;

		if (!gelf_getshdr(section, &header) || address < header.sh_addr || address - header.sh_addr >= header.sh_size)
			continue;
		if (!loaded_bytes(section, &header, bytes) || address - header.sh_addr >= bytes->size)
			continue;
		bytes->bytes += address - header.sh_addr;
		bytes->size -= address - header.sh_addr;
		return true;
	}
	return false;
}

/* The next relocation that stores an address, from `*section` and `*number` on. */
static bool next_relocation(Elf *elf, Elf_Scn **section, size_t *number, GElf_Rela *relocation)
{
	if (!*section)
		*section = elf_nextscn(elf, NULL);
	for (; *section; *section = elf_nextscn(elf, *section), *number = 0) {
		GElf_Shdr header;
		Elf_Data *data;

		if (!gelf_getshdr(*section, &header) || header.sh_type != SHT_RELA || !(header.sh_flags & SHF_ALLOC))
			continue;
		data = elf_getdata(*section, NULL);
		while (data && *number < MAX_RELOCATIONS && gelf_getrela(data, *number, relocation)) {
			(*number)++;
			if (GELF_R_TYPE(relocation->r_info) == R_X86_64_RELATIVE)
				return true;
		}
	}
	return false;
}

uint64_t go_image_pointer(const struct go_image *image, uint64_t address)
{
	Elf_Scn *section = NULL;
	size_t number = 0;
	struct go_bytes bytes;
	GElf_Rela relocation;
	uint64_t pointer = 0;

	if (go_image_bytes(image, address, &bytes) && bytes.size >= sizeof(pointer))
		memcpy(&pointer, bytes.bytes, sizeof(pointer));
	if (pointer)
		return pointer;
	while (next_relocation(image->elf, &section, &number, &relocation)) {
		if (relocation.r_offset == address)
			return relocation.r_addend;
	}
	return 0;
}

static bool is_module(const struct go_image *image, uint64_t address, uint64_t names, uint64_t units)
{
	return go_image_pointer(image, address + MODULE_NAMES) == names &&
	       go_image_pointer(image, address + MODULE_UNITS) == units;
}

uint64_t go_image_find_module(const struct go_image *image, uint64_t table, uint64_t names, uint64_t units)
{
	Elf_Scn *section = NULL;
	size_t number = 0, candidates = 0;
	GElf_Rela relocation;

	while (next_relocation(image->elf, &section, &number, &relocation)) {
		if ((uint64_t)relocation.r_addend == table && candidates++ < MAX_GO_CANDIDATES &&
		    is_module(image, relocation.r_offset, names, units))
			return relocation.r_offset;
	}
	for (section = elf_nextscn(image->elf, NULL); section; section = elf_nextscn(image->elf, section)) {
		struct go_bytes bytes;
		GElf_Shdr header;

		if (!loaded_bytes(section, &header, &bytes) || !(header.sh_flags & SHF_WRITE))
			continue;
		for (size_t at = 0; at + sizeof(table) <= bytes.size; at += sizeof(table)) {
			if (memcmp(bytes.bytes + at, &table, sizeof(table)) == 0 && candidates++ < MAX_GO_CANDIDATES &&
			    is_module(image, header.sh_addr + at, names, units))
				return header.sh_addr + at;
		}
	}
	return 0;
}
