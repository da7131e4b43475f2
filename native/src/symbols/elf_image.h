/* SPDX-License-Identifier: Apache-2.0 */
/* What an ELF file says of its code: where it is loaded, its build id, its symbols. The file is not trusted. */
#ifndef PROFBOUND_ELF_IMAGE_H
#define PROFBOUND_ELF_IMAGE_H

#include <gelf.h>

#include "symbols/symbols.h"

/* A build id is 20 bytes of SHA-1 nearly always. */
#define BUILD_ID_BYTES 64

struct elf_segment {
	uint64_t address;
	uint64_t offset;
	uint64_t size;
};

struct elf_image {
	Elf *elf;
	/* Executable PT_LOADs. */
	struct elf_segment *segments;
	size_t segment_count;
	/* Lower-case hexadecimal; empty when there is none. */
	char build_id[2 * BUILD_ID_BYTES + 1];
};

/* Opens a file; `fd` stays the caller's and must stay open. False when it is no ELF file that can be read. */
bool elf_image_open(struct elf_image *image, int fd);

/* Opens an ELF file that is mapped into this process, as the vDSO is. */
bool elf_image_open_memory(struct elf_image *image, const void *memory);

/* The address a byte of the file is linked at; false when it is not code. */
bool elf_image_address(const struct elf_image *image, uint64_t offset, uint64_t *address);

/* The section of that name; false when there is none. In a debug file its content may be elsewhere: SHT_NOBITS. */
bool elf_find_section(Elf *elf, const char *wanted, Elf_Scn **section, GElf_Shdr *header);

void elf_image_close(struct elf_image *image);

#endif
