// SPDX-License-Identifier: Apache-2.0
#include "unwind/frame_table.h"

#include <dwarf.h>
#include <stdlib.h>

#include "support/bounds.h"
#include "support/fail.h"
#include "unwind/frame_program.h"

struct fde {
	uint64_t start;
	uint64_t end;
	/* Index of its CIE. */
	size_t cie;
	struct byte_reader instructions;
};

struct frames {
	struct frame_section section;
	/* In the order of their offsets. */
	struct frame_cie *cies;
	size_t cie_count;
	size_t cie_capacity;
	struct fde *fdes;
	size_t fde_count;
	size_t fde_capacity;
	size_t malformed;
};

/* Augmentation data, by the letters of the augmentation: Linux Standard Base, 10.6.1.1.1. */
static bool read_augmentation(const struct frame_section *section, struct frame_cie *cie, struct byte_reader *reader,
			      const char *letters)
{
	uint64_t ignored, size;
	const uint8_t *data;
	struct byte_reader rest;

	if (!*letters)
		return true;
	if (*letters != 'z')
		return false;
	cie->has_augmentation = true;
	size = read_uleb128(reader);
	data = read_bytes(reader, size);
	if (!data)
		return false;
	rest = (struct byte_reader){ .at = data, .end = data + size };
	while (*++letters) {
		switch (*letters) {
		case 'R': cie->encoding = read_byte(&rest); break;
		case 'S': cie->is_signal = true; break;
		case 'L': read_byte(&rest); break;
		case 'B': break;
		case 'P':
			/* The personality is not wanted: where an indirect pointer leads to does not matter. */
			if (!frame_pointer_read(section, &rest, read_byte(&rest) & ~DW_EH_PE_indirect, &ignored))
				return false;
			break;
		default: return false;
		}
	}
	return !rest.failed;
}

static bool read_cie(const struct frame_section *section, const struct frame_record *record, struct frame_cie *cie)
{
	struct byte_reader reader = record->body;
	uint8_t version = read_byte(&reader);
	const char *letters = (const char *)reader.at;
	uint64_t column;

	*cie = (struct frame_cie){ .offset = record->offset, .encoding = DW_EH_PE_absptr };
	if ((version != 1 && version != 3 && version != 4) || !read_bytes(&reader, strnlen(letters, bytes_left(&reader)) + 1))
		return false;
	/* Size of addresses, and of segment selectors. */
	if (version == 4 && (read_byte(&reader) != 8 || read_byte(&reader) != 0))
		return false;
	cie->code_factor = read_uleb128(&reader);
	cie->data_factor = read_sleb128(&reader);
	column = version == 1 ? read_byte(&reader) : read_uleb128(&reader);
	if (reader.failed || column != UNWIND_RIP || !read_augmentation(section, cie, &reader, letters))
		return false;
	return frame_program_begin(section, cie, reader);
}

static void add_cie(struct frames *frames, const struct frame_record *record)
{
	if (frames->cie_count == frames->cie_capacity) {
		frames->cie_capacity = frames->cie_capacity ? frames->cie_capacity * 2 : 16;
		frames->cies = must_resize(frames->cies, frames->cie_capacity, sizeof(*frames->cies));
	}
	if (frames->cie_count < MAX_FRAME_CIES && read_cie(&frames->section, record, &frames->cies[frames->cie_count]))
		frames->cie_count++;
	else
		frames->malformed++;
}

static int compare_cies(const void *key, const void *entry)
{
	size_t offset = *(const size_t *)key, found = ((const struct frame_cie *)entry)->offset;

	return offset < found ? -1 : offset > found;
}

bool is_code(uint64_t start, uint64_t end, const struct code_range *code, size_t code_count)
{
	for (size_t i = 0; i < code_count; i++) {
		if (start >= code[i].start && start <= end && end <= code[i].end)
			return true;
	}
	return false;
}

static bool read_fde(const struct frames *frames, const struct frame_record *record, struct fde *fde)
{
	struct byte_reader reader = record->body;
	const struct frame_cie *cie = NULL;
	uint64_t size;

	if (frames->cie_count)
		cie = bsearch(&record->cie, frames->cies, frames->cie_count, sizeof(*cie), compare_cies);
	/* A size is encoded as its start is, but relative to nothing. */
	if (!cie || !frame_pointer_read(&frames->section, &reader, cie->encoding, &fde->start) ||
	    !frame_pointer_read(&frames->section, &reader, cie->encoding & 0x0f, &size))
		return false;
	if (cie->has_augmentation && !read_bytes(&reader, read_uleb128(&reader)))
		return false;
	fde->cie = cie - frames->cies;
	fde->instructions = reader;
	return !__builtin_add_overflow(fde->start, size, &fde->end);
}

static void add_fde(struct frames *frames, const struct frame_record *record, const struct code_range *code, size_t code_count)
{
	struct fde *fde;

	if (frames->fde_count == frames->fde_capacity) {
		frames->fde_capacity = frames->fde_capacity ? frames->fde_capacity * 2 : 1024;
		frames->fdes = must_resize(frames->fdes, frames->fde_capacity, sizeof(*frames->fdes));
	}
	fde = &frames->fdes[frames->fde_count];
	if (!read_fde(frames, record, fde))
		frames->malformed++;
	/* Of functions that the linker discarded, descriptions remain at addresses without code. */
	else if (fde->start < fde->end && is_code(fde->start, fde->end, code, code_count))
		frames->fde_count++;
}

/* By address; of one address, in the order of the section, in which their instructions are. */
static int compare_fdes(const void *left, const void *right)
{
	const struct fde *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->instructions.at < b->instructions.at ? -1 : a->instructions.at > b->instructions.at;
}

static void read_records(struct frames *frames, const struct code_range *code, size_t code_count)
{
	struct frame_record record;
	size_t end = 0, counted_below = 0;

	/* CIEs first: .debug_frame may have them behind the FDEs that refer to them. */
	while (frame_section_next(&frames->section, &end, &record, &counted_below)) {
		if (record.is_cie)
			add_cie(frames, &record);
	}
	end = 0;
	while (frame_section_next(&frames->section, &end, &record, &frames->malformed)) {
		if (!record.is_cie)
			add_fde(frames, &record, code, code_count);
	}
	if (frames->fde_count)
		qsort(frames->fdes, frames->fde_count, sizeof(*frames->fdes), compare_fdes);
}

/*
 * All rows of a function and the gap behind it, or none. What returns from a signal's handler ends with its system call, and is
 * within that when its address is already the one behind.
 */
static void add_rows(struct table *table, const struct frames *frames, const struct fde *fde, uint64_t end)
{
	static const struct unwind_rule gap = { .cfa = UNWIND_CFA_FRAME_POINTER };
	size_t count = table->count;
	struct table_row last = { 0 };

	if (count)
		last = table->rows[count - 1];
	if (frame_program_run(&frames->section, &frames->cies[fde->cie], fde->instructions, fde->start, end, table) &&
	    table_add(table, table->rows[table->count - 1].rule.cfa == UNWIND_CFA_SIGNAL ? end + 1 : end, &gap))
		return;
	table->count = count;
	if (count)
		table->rows[count - 1] = last;
	table->malformed++;
}

bool frame_table_read(struct table *table, Elf *elf, bool is_debug, const struct code_range *code, size_t code_count)
{
	struct frames frames = { 0 };

	if (!frame_section_open(&frames.section, elf, is_debug))
		return false;
	read_records(&frames, code, code_count);
	table->malformed += frames.malformed;
	for (size_t i = 0; i < frames.fde_count; i++) {
		uint64_t next = i + 1 < frames.fde_count ? frames.fdes[i + 1].start : UINT64_MAX;

		if (frames.fdes[i].start < next)
			add_rows(table, &frames, &frames.fdes[i], frames.fdes[i].end < next ? frames.fdes[i].end : next);
	}
	free(frames.cies);
	free(frames.fdes);
	return true;
}
