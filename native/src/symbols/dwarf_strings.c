// SPDX-License-Identifier: Apache-2.0
#include "symbols/dwarf_strings.h"

#include <gelf.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "support/bounds.h"
#include "support/fail.h"

/* What is read of DWARF, those that can hold texts first. */
static const char *const sections[DWARF_SECTIONS] = {
	".debug_info", ".debug_types", ".debug_str",	  ".debug_line_str",	".debug_abbrev",
	".debug_line", ".debug_ranges", ".debug_rnglists", ".debug_str_offsets", ".debug_addr",
};

#define WITH_TEXTS 4

/* The place in `sections`; beyond them for any other. */
static size_t place_of(const char *name)
{
	size_t place = 0;

	while (place < DWARF_SECTIONS && strcmp(name, sections[place]))
		place++;
	return place;
}

/* Gives a section other bytes, which the library does not free; none: to the DWARF library it is not there. */
static void replace(Elf_Scn *section, void *bytes, size_t size)
{
	Elf_Data *seen[] = { elf_getdata(section, NULL), elf_rawdata(section, NULL) };

	for (size_t i = 0; i < sizeof(seen) / sizeof(*seen); i++) {
		if (seen[i]) {
			seen[i]->d_buf = bytes;
			seen[i]->d_size = size;
		}
	}
}

static void mark_unpacked(Elf_Scn *section, GElf_Shdr *header)
{
	header->sh_flags &= ~(GElf_Xword)SHF_COMPRESSED;
	gelf_update_shdr(section, header);
}

/* What zlib packed, with a NUL behind; NULL when it is packed in another way, or not whole. */
static char *unpack(const Elf_Data *data, const GElf_Chdr *packed)
{
	size_t prefix = sizeof(Elf64_Chdr), size = packed->ch_size;
	struct libdeflate_decompressor *decompressor;
	enum libdeflate_result result = LIBDEFLATE_BAD_DATA;
	char *bytes;

	if (packed->ch_type != ELFCOMPRESS_ZLIB || data->d_size < prefix || size / MAX_DEFLATE_RATIO > data->d_size)
		return NULL;
	decompressor = libdeflate_alloc_decompressor();
	bytes = malloc(size + 1);
	if (decompressor && bytes)
		result = libdeflate_zlib_decompress(decompressor, (const char *)data->d_buf + prefix, data->d_size - prefix, bytes, size,
						    NULL);
	libdeflate_free_decompressor(decompressor);
	if (result != LIBDEFLATE_SUCCESS) {
		free(bytes);
		return NULL;
	}
	bytes[size] = '\0';
	return bytes;
}

/* Unpacks a section of a 64-bit file; false when that is left to the library, which is several times slower. */
static bool unpack_section(Elf_Scn *section, GElf_Shdr *header, char **into)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Chdr packed;

	if (!data || !data->d_buf || !gelf_getchdr(section, &packed))
		return false;
	*into = unpack(data, &packed);
	if (!*into)
		return false;
	mark_unpacked(section, header);
	replace(section, *into, packed.ch_size);
	return true;
}

/* Has the library read a copy with a NUL behind it, where there is none. */
static void terminate(Elf_Scn *section, char **into)
{
	Elf_Data *data = elf_getdata(section, NULL);

	if (!data || !data->d_buf || !data->d_size || ((const char *)data->d_buf)[data->d_size - 1] == '\0')
		return;
	*into = must_allocate(data->d_size + 1, 1);
	memcpy(*into, data->d_buf, data->d_size);
	replace(section, *into, data->d_size);
}

static void prepare(Elf *elf, Elf_Scn *section, GElf_Shdr *header, size_t place, char **into)
{
	if (header->sh_flags & SHF_COMPRESSED) {
		if (gelf_getclass(elf) == ELFCLASS64 && unpack_section(section, header, into))
			return;
		/* The library would unpack it, too, and then read these very bytes. */
		if (elf_compress(section, 0, 0) != 1)
			return;
	}
	if (place < WITH_TEXTS)
		terminate(section, into);
}

bool dwarf_strings_terminate(struct dwarf_strings *strings, Elf *elf)
{
	bool seen[DWARF_SECTIONS] = { false };
	Elf_Scn *section = NULL;
	size_t names;

	memset(strings, 0, sizeof(*strings));
	if (elf_getshdrstrndx(elf, &names))
		return false;
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		const char *name = gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;
		size_t place = name ? place_of(name) : DWARF_SECTIONS;

		if (name && strncmp(name, ".zdebug_", 8) == 0)
			return false;
		if (!name || strncmp(name, ".debug_", 7) != 0 || header.sh_type == SHT_NOBITS)
			continue;
		if (place == DWARF_SECTIONS && (header.sh_flags & SHF_COMPRESSED)) {
			/* Nobody asks for it: the library need not unpack it. */
			mark_unpacked(section, &header);
			replace(section, NULL, 0);
		}
		/* Of two with one name the library takes the first. */
		if (place == DWARF_SECTIONS || seen[place])
			continue;
		seen[place] = true;
		prepare(elf, section, &header, place, &strings->copies[place]);
	}
	return true;
}

void dwarf_strings_free(struct dwarf_strings *strings)
{
	for (size_t i = 0; i < DWARF_SECTIONS; i++)
		free(strings->copies[i]);
	memset(strings, 0, sizeof(*strings));
}
