// SPDX-License-Identifier: Apache-2.0
#include "symbols/dwarf_strings.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "support/fail.h"

static const char *const sections[DWARF_STRING_SECTIONS] = {
	".debug_info", ".debug_types", ".debug_str", ".debug_line_str",
};

/* The place in `sections`; beyond them for any other. */
static size_t place_of(const char *name)
{
	size_t place = 0;

	while (place < DWARF_STRING_SECTIONS && strcmp(name, sections[place]))
		place++;
	return place;
}

static void terminate(Elf_Scn *section, const GElf_Shdr *header, char **into)
{
	Elf_Data *data;
	char *copy;

	/* The library would unpack it, too, and then read these very bytes. */
	if ((header->sh_flags & SHF_COMPRESSED) && elf_compress(section, 0, 0) != 1)
		return;
	data = elf_getdata(section, NULL);
	if (!data || !data->d_buf || !data->d_size || ((const char *)data->d_buf)[data->d_size - 1] == '\0')
		return;
	copy = must_allocate(data->d_size + 1, 1);
	memcpy(copy, data->d_buf, data->d_size);
	data->d_buf = copy;
	*into = copy;
}

bool dwarf_strings_terminate(struct dwarf_strings *strings, Elf *elf)
{
	bool seen[DWARF_STRING_SECTIONS] = { false };
	Elf_Scn *section = NULL;
	size_t names;

	memset(strings, 0, sizeof(*strings));
	if (elf_getshdrstrndx(elf, &names))
		return false;
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		const char *name = gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;
		size_t place = name ? place_of(name) : DWARF_STRING_SECTIONS;

		if (name && strncmp(name, ".zdebug_", 8) == 0)
			return false;
		/* Of two with one name the library takes the first. */
		if (place == DWARF_STRING_SECTIONS || seen[place] || header.sh_type == SHT_NOBITS)
			continue;
		seen[place] = true;
		terminate(section, &header, &strings->copies[place]);
	}
	return true;
}

void dwarf_strings_free(struct dwarf_strings *strings)
{
	for (size_t i = 0; i < DWARF_STRING_SECTIONS; i++)
		free(strings->copies[i]);
	memset(strings, 0, sizeof(*strings));
}
