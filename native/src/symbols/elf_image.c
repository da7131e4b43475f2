// SPDX-License-Identifier: Apache-2.0
#include "symbols/elf_image.h"

#include <elfutils/libdwelf.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/fail.h"
#include "support/bounds.h"

static void read_segments(struct elf_image *image)
{
	size_t count;

	if (elf_getphdrnum(image->elf, &count))
		return;
	if (count > MAX_SEGMENTS)
		count = MAX_SEGMENTS;
	image->segments = must_allocate(count, sizeof(*image->segments));
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr header;

		if (!gelf_getphdr(image->elf, i, &header))
			return;
		if (header.p_type != PT_LOAD || !(header.p_flags & PF_X))
			continue;
		image->segments[image->segment_count++] = (struct elf_segment){
			.address = header.p_vaddr,
			.offset = header.p_offset,
			.size = header.p_filesz,
		};
	}
}

static void read_build_id(struct elf_image *image)
{
	const void *bytes;
	ssize_t size = dwelf_elf_gnu_build_id(image->elf, &bytes);

	for (ssize_t i = 0; i < size && i < BUILD_ID_BYTES; i++)
		snprintf(image->build_id + 2 * i, 3, "%02x", ((const unsigned char *)bytes)[i]);
}

static bool take(struct elf_image *image, Elf *elf)
{
	image->elf = elf;
	if (!elf || elf_kind(elf) != ELF_K_ELF) {
		elf_image_close(image);
		return false;
	}
	read_segments(image);
	read_build_id(image);
	return true;
}

bool elf_image_open(struct elf_image *image, int fd)
{
	struct stat status;

	memset(image, 0, sizeof(*image));
	elf_version(EV_CURRENT);
	if (fstat(fd, &status) || status.st_size > (off_t)MAX_ELF_BYTES)
		return false;
	/* Read, not mapped: its owner may truncate the file at any time, and a mapping would then kill us with SIGBUS. */
	return take(image, elf_begin(fd, ELF_C_READ, NULL));
}

bool elf_image_open_memory(struct elf_image *image, const void *memory)
{
	const Elf64_Ehdr *header = memory;

	memset(image, 0, sizeof(*image));
	elf_version(EV_CURRENT);
	/* Section headers come last in every vDSO. */
	return take(image, elf_memory((char *)memory, header->e_shoff + (size_t)header->e_shentsize * header->e_shnum));
}

bool elf_image_address(const struct elf_image *image, uint64_t offset, uint64_t *address)
{
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct elf_segment *segment = &image->segments[i];

		if (offset >= segment->offset && offset - segment->offset < segment->size) {
			*address = offset - segment->offset + segment->address;
			return true;
		}
	}
	return false;
}

bool elf_find_section(Elf *elf, const char *wanted, Elf_Scn **section, GElf_Shdr *header)
{
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return false;
	for (*section = elf_nextscn(elf, NULL); *section; *section = elf_nextscn(elf, *section)) {
		const char *name = gelf_getshdr(*section, header) ? elf_strptr(elf, names, header->sh_name) : NULL;

		if (name && strcmp(name, wanted) == 0)
			return true;
	}
	return false;
}

void elf_image_close(struct elf_image *image)
{
	elf_end(image->elf);
	free(image->segments);
	memset(image, 0, sizeof(*image));
}
