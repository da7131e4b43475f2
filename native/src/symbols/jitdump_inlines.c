// SPDX-License-Identifier: Apache-2.0
/* What is inlined into generated code, read when an address in it is asked for. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/fail.h"
#include "symbols/jitdump.h"
#include "symbols/jitdump_format.h"

/* The parts of a record whose lengths agree, each within what was read. */
struct inlines {
	struct jitdump_inlines header;
	const char *functions;
	const char *places;
	const char *frames;
	const char *text;
};

/* Bytes of a record after its header; more than can be: the counts make no sense. */
static uint64_t bytes_behind(const struct jitdump_inlines *header)
{
	return (uint64_t)header->functions * sizeof(struct jitdump_inlined_function) +
	       (uint64_t)header->places * sizeof(struct jitdump_inlined_place) +
	       (uint64_t)header->frames * sizeof(struct jitdump_inlined_frame) + header->text_bytes;
}

/* Reads the record at an offset of the file; the one read last is there still. */
static bool read_record(struct jitdump *jitdump, uint64_t at)
{
	struct jitdump_inlines header;
	uint64_t bytes;

	if (jitdump->inlines && jitdump->inlines_at == at)
		return true;
	if (pread(jitdump->fd, &header, sizeof(header), at) != sizeof(header))
		return false;
	bytes = sizeof(header) + bytes_behind(&header);
	if (bytes > MAX_INLINES_BYTES)
		return false;
	/* One more, which ends the last text whatever was written there. */
	jitdump->inlines = must_resize(jitdump->inlines, bytes + 1, 1);
	jitdump->inlines[bytes] = '\0';
	jitdump->inlines_at = at;
	jitdump->inlines_bytes = bytes;
	if (pread(jitdump->fd, jitdump->inlines, bytes, at) == (ssize_t)bytes)
		return true;
	free(jitdump->inlines);
	jitdump->inlines = NULL;
	return false;
}

/* The writer may have changed the header since it was looked at. */
static bool take_apart(const struct jitdump *jitdump, struct inlines *inlines)
{
	memcpy(&inlines->header, jitdump->inlines, sizeof(inlines->header));
	if (sizeof(inlines->header) + bytes_behind(&inlines->header) != jitdump->inlines_bytes)
		return false;
	inlines->functions = jitdump->inlines + sizeof(inlines->header);
	inlines->places = inlines->functions + inlines->header.functions * sizeof(struct jitdump_inlined_function);
	inlines->frames = inlines->places + inlines->header.places * sizeof(struct jitdump_inlined_place);
	inlines->text = inlines->frames + inlines->header.frames * sizeof(struct jitdump_inlined_frame);
	return true;
}

/* The place that an offset into the code belongs to; false: beyond all of them. */
static bool find_place(const struct inlines *inlines, uint64_t offset, struct jitdump_inlined_place *place)
{
	uint32_t low = 0, high = inlines->header.places;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		memcpy(place, inlines->places + (size_t)middle * sizeof(*place), sizeof(*place));
		if (place->end < offset)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == inlines->header.places)
		return false;
	memcpy(place, inlines->places + (size_t)low * sizeof(*place), sizeof(*place));
	return place->first <= inlines->header.frames && place->depth <= inlines->header.frames - place->first;
}

static bool read_frame(const struct inlines *inlines, uint32_t number, struct source_line *line)
{
	struct jitdump_inlined_frame frame;
	struct jitdump_inlined_function function;

	memcpy(&frame, inlines->frames + (size_t)number * sizeof(frame), sizeof(frame));
	if (frame.function >= inlines->header.functions)
		return false;
	memcpy(&function, inlines->functions + (size_t)frame.function * sizeof(function), sizeof(function));
	if (function.name >= inlines->header.text_bytes || function.file >= inlines->header.text_bytes)
		return false;
	*line = (struct source_line){
		.name = inlines->text + function.name,
		.linkage_name = inlines->text + function.name,
		.file = inlines->text + function.file,
		.start_line = function.start_line,
		.line = frame.line,
	};
	return line->name[0] != '\0';
}

bool jitdump_lines(struct jitdump *jitdump, const struct jitdump_code *code, uint64_t start, uint64_t address,
		   struct source_lines *lines)
{
	struct jitdump_inlined_place place = { 0 };
	struct inlines inlines;
	uint32_t kept;

	lines->count = 0;
	if (!code->inlines_at || !read_record(jitdump, code->inlines_at) || !take_apart(jitdump, &inlines) ||
	    !find_place(&inlines, address - start, &place) || place.depth == 0)
		return false;
	/* Of deeper nesting the callers in the midst are left out, never the function that has the code. */
	kept = place.depth <= MAX_INLINED ? place.depth : MAX_INLINED + 1;
	for (uint32_t i = 0; i < kept; i++) {
		uint32_t frame = i + 1 < kept ? i : place.depth - 1;

		if (!read_frame(&inlines, place.first + frame, &lines->entries[lines->count++]))
			return false;
	}
	return true;
}
