// SPDX-License-Identifier: Apache-2.0
#include "unwind/frame_section.h"

#include <dwarf.h>
#include <gelf.h>

#include "support/bounds.h"
#include "symbols/elf_image.h"

/* A length of 4 bytes that says that the true one follows, in 8: DWARF 5, section 7.4. */
#define LONG_LENGTH 0xffffffffU

static bool is_x86_64(Elf *elf)
{
	GElf_Ehdr header;

	return gelf_getehdr(elf, &header) && header.e_machine == EM_X86_64 && gelf_getclass(elf) == ELFCLASS64 &&
	       header.e_ident[EI_DATA] == ELFDATA2LSB;
}

static bool uncompress(Elf_Scn *section)
{
	GElf_Chdr header;

	return gelf_getchdr(section, &header) && header.ch_size <= MAX_FRAME_SECTION_BYTES && elf_compress(section, 0, 0) == 1;
}

bool frame_section_open(struct frame_section *section, Elf *elf, bool is_debug)
{
	GElf_Shdr header, table;
	Elf_Scn *found, *offsets;
	Elf_Data *data;

	if (!is_x86_64(elf) || !elf_find_section(elf, is_debug ? ".debug_frame" : ".eh_frame", &found, &header))
		return false;
	if (header.sh_type == SHT_NOBITS || header.sh_size > MAX_FRAME_SECTION_BYTES)
		return false;
	if (header.sh_flags & SHF_COMPRESSED && !uncompress(found))
		return false;
	data = elf_rawdata(found, NULL);
	if (!data || !data->d_buf)
		return false;
	*section = (struct frame_section){
		.bytes = data->d_buf,
		.size = data->d_size,
		.address = header.sh_addr,
		.is_debug = is_debug,
	};
	if (elf_find_section(elf, ".got.plt", &offsets, &table) || elf_find_section(elf, ".got", &offsets, &table))
		section->data = table.sh_addr;
	return true;
}

/* Where the CIE of an FDE is: .debug_frame counts from its own start, .eh_frame back from the field that says so. */
static bool read_id(const struct frame_section *section, size_t id_size, struct frame_record *record)
{
	size_t at = record->body.at - section->bytes;
	uint64_t id = read_unsigned(&record->body, section->is_debug ? id_size : 4);

	if (section->is_debug) {
		record->is_cie = id == (id_size == 8 ? UINT64_MAX : UINT32_MAX);
		record->cie = id;
	} else {
		record->is_cie = id == 0;
		record->cie = at - id;
	}
	return !record->body.failed;
}

bool frame_section_next(const struct frame_section *section, size_t *end, struct frame_record *record, size_t *malformed)
{
	struct byte_reader reader = { .at = section->bytes + *end, .end = section->bytes + section->size };
	uint64_t length = 0;
	size_t id_size = 4;

	/* Zeroes end what one of the linker's inputs had; more may follow. */
	while (length == 0 && bytes_left(&reader) >= 4) {
		record->offset = reader.at - section->bytes;
		length = read_unsigned(&reader, 4);
	}
	if (length == 0)
		return false;
	if (length == LONG_LENGTH) {
		length = read_unsigned(&reader, 8);
		id_size = 8;
	}
	record->body = reader;
	if (!read_bytes(&reader, length)) {
		(*malformed)++;
		return false;
	}
	record->body.end = reader.at;
	*end = reader.at - section->bytes;
	if (read_id(section, id_size, record))
		return true;
	(*malformed)++;
	return false;
}

static uint64_t read_format(struct byte_reader *reader, uint8_t encoding)
{
	switch (encoding & 0x0f) {
	case DW_EH_PE_absptr:
	case DW_EH_PE_udata8:
	case DW_EH_PE_sdata8: return read_unsigned(reader, 8);
	case DW_EH_PE_udata2: return read_unsigned(reader, 2);
	case DW_EH_PE_udata4: return read_unsigned(reader, 4);
	case DW_EH_PE_sdata2: return (int64_t)(int16_t)read_unsigned(reader, 2);
	case DW_EH_PE_sdata4: return (int64_t)(int32_t)read_unsigned(reader, 4);
	case DW_EH_PE_uleb128: return read_uleb128(reader);
	case DW_EH_PE_sleb128: return read_sleb128(reader);
	default: reader->failed = true; return 0;
	}
}

bool frame_pointer_read(const struct frame_section *section, struct byte_reader *reader, uint8_t encoding, uint64_t *value)
{
	uint64_t base = 0;

	/* 0xf0 would leave room for more; an indirect pointer is filled in when the program is loaded, which code never is. */
	switch (encoding & 0xf0) {
	case DW_EH_PE_absptr: break;
	case DW_EH_PE_pcrel: base = section->address + (reader->at - section->bytes); break;
	case DW_EH_PE_datarel: base = section->data; break;
	default: return false;
	}
	*value = base + read_format(reader, encoding);
	return !reader->failed;
}
