/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call frame information as files keep it: .eh_frame (Linux Standard Base, chapter 10.6) and .debug_frame (DWARF 5,
 * section 6.4). A common information entry (CIE) says what many functions share, a frame description entry (FDE) what
 * one function adds. Nothing in them is trusted.
 */
#ifndef PROFBOUND_FRAME_SECTION_H
#define PROFBOUND_FRAME_SECTION_H

#include <libelf.h>

#include "support/byte_reader.h"

struct frame_section {
	const uint8_t *bytes;
	size_t size;
	/* Linked address of its first byte. */
	uint64_t address;
	/* What pointers relative to data are relative to: the global offset table. */
	uint64_t data;
	/* .debug_frame */
	bool is_debug;
};

struct frame_record {
	bool is_cie;
	/* Of its first byte; for an FDE also of its CIE's. */
	size_t offset;
	size_t cie;
	struct byte_reader body;
};

/* Finds .eh_frame or .debug_frame, which may be compressed. False when the file, for x86-64, has none that can be read. */
bool frame_section_open(struct frame_section *section, Elf *elf, bool is_debug);

/*
 * Goes on to the record behind the `end` of the one before, at first 0. False behind the last, or where nothing more
 * can be made out: then `*malformed` is counted up.
 */
bool frame_section_next(const struct frame_section *section, size_t *end, struct frame_record *record, size_t *malformed);

/* A pointer with an encoding of enum DW_EH_PE. False when it has one that is not used on x86-64, or there are too few bytes. */
bool frame_pointer_read(const struct frame_section *section, struct byte_reader *reader, uint8_t encoding, uint64_t *value);

#endif
