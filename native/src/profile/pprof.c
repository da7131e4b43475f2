// SPDX-License-Identifier: Apache-2.0
#include "profile/pprof.h"

#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fail.h"
#include "support/json.h"
#include "support/bounds.h"

/* Field numbers of profile.proto. */
enum profile_field {
	PROFILE_SAMPLE_TYPE = 1,
	PROFILE_SAMPLE = 2,
	PROFILE_MAPPING = 3,
	PROFILE_LOCATION = 4,
	PROFILE_FUNCTION = 5,
	PROFILE_STRING_TABLE = 6,
	PROFILE_TIME_NANOS = 9,
	PROFILE_DURATION_NANOS = 10,
	PROFILE_PERIOD_TYPE = 11,
	PROFILE_PERIOD = 12,
	PROFILE_COMMENT = 13,
	PROFILE_DEFAULT_SAMPLE_TYPE = 14,
};
enum value_type_field { VALUE_TYPE_TYPE = 1, VALUE_TYPE_UNIT = 2 };
enum sample_field { SAMPLE_LOCATION_ID = 1, SAMPLE_VALUE = 2, SAMPLE_LABEL = 3 };
enum label_field { LABEL_KEY = 1, LABEL_STR = 2, LABEL_NUM = 3 };
enum mapping_field {
	MAPPING_ID = 1,
	MAPPING_MEMORY_START = 2,
	MAPPING_MEMORY_LIMIT = 3,
	MAPPING_FILE_OFFSET = 4,
	MAPPING_FILENAME = 5,
	MAPPING_BUILD_ID = 6,
	MAPPING_HAS_FUNCTIONS = 7,
	MAPPING_HAS_FILENAMES = 8,
	MAPPING_HAS_LINE_NUMBERS = 9,
	MAPPING_HAS_INLINE_FRAMES = 10,
};
enum location_field { LOCATION_ID = 1, LOCATION_MAPPING_ID = 2, LOCATION_ADDRESS = 3, LOCATION_LINE = 4 };
enum line_field { LINE_FUNCTION_ID = 1, LINE_LINE = 2 };
enum function_field {
	FUNCTION_ID = 1,
	FUNCTION_NAME = 2,
	FUNCTION_SYSTEM_NAME = 3,
	FUNCTION_FILENAME = 4,
	FUNCTION_START_LINE = 5,
};

/* Names come from the measured program: what is not UTF-8 is made so, because a protobuf string must be. */
static uint64_t string_number(struct pprof *pprof, const char *text)
{
	char clean[MAX_NAME_BYTES + 1];

	utf8_sanitise(clean, sizeof(clean), text);
	return interner_add(&pprof->strings, clean, strlen(clean), NULL);
}

/* Moves what was collected in `part` into `whole` as one field, and empties it. */
static void embed(struct protobuf *whole, uint32_t field, struct protobuf *part)
{
	protobuf_bytes(whole, field, part->bytes, part->size);
	part->size = 0;
}

static void add_value_type(struct pprof *pprof, enum profile_field field, const struct pprof_value_type *value)
{
	protobuf_integer(&pprof->part, VALUE_TYPE_TYPE, string_number(pprof, value->type));
	protobuf_integer(&pprof->part, VALUE_TYPE_UNIT, string_number(pprof, value->unit));
	embed(&pprof->body, field, &pprof->part);
}

void pprof_begin(struct pprof *pprof, const struct pprof_header *header)
{
	const struct pprof_value_type *shown = &header->values[header->shown];

	memset(pprof, 0, sizeof(*pprof));
	/* The string table begins with the empty string. */
	string_number(pprof, "");
	for (int i = 0; i < PPROF_VALUES; i++)
		add_value_type(pprof, PROFILE_SAMPLE_TYPE, &header->values[i]);
	protobuf_integer(&pprof->body, PROFILE_TIME_NANOS, header->started_at);
	protobuf_integer(&pprof->body, PROFILE_DURATION_NANOS, header->duration);
	add_value_type(pprof, PROFILE_PERIOD_TYPE, shown);
	protobuf_integer(&pprof->body, PROFILE_PERIOD, header->period);
	/* So that readers know whose choice the inlined functions are: they lead from the innermost to the one with the code. */
	protobuf_integer(&pprof->body, PROFILE_COMMENT, string_number(pprof, "profbound-collect"));
	protobuf_integer(&pprof->body, PROFILE_DEFAULT_SAMPLE_TYPE, string_number(pprof, shown->type));
}

uint64_t pprof_add_mapping(struct pprof *pprof, const struct pprof_mapping *mapping)
{
	uint64_t id = ++pprof->mappings;

	protobuf_integer(&pprof->part, MAPPING_ID, id);
	protobuf_integer(&pprof->part, MAPPING_MEMORY_START, mapping->start);
	protobuf_integer(&pprof->part, MAPPING_MEMORY_LIMIT, mapping->limit);
	protobuf_integer(&pprof->part, MAPPING_FILE_OFFSET, mapping->offset);
	protobuf_integer(&pprof->part, MAPPING_FILENAME, string_number(pprof, mapping->file));
	protobuf_integer(&pprof->part, MAPPING_BUILD_ID, string_number(pprof, mapping->build_id));
	protobuf_integer(&pprof->part, MAPPING_HAS_FUNCTIONS, mapping->has_functions);
	protobuf_integer(&pprof->part, MAPPING_HAS_FILENAMES, mapping->has_filenames);
	protobuf_integer(&pprof->part, MAPPING_HAS_LINE_NUMBERS, mapping->has_line_numbers);
	protobuf_integer(&pprof->part, MAPPING_HAS_INLINE_FRAMES, mapping->has_inline_frames);
	embed(&pprof->body, PROFILE_MAPPING, &pprof->part);
	return id;
}

static uint64_t function_number(struct pprof *pprof, const struct pprof_function *function)
{
	const uint64_t key[] = {
		string_number(pprof, function->name),
		string_number(pprof, function->system_name),
		string_number(pprof, function->file),
		function->start_line,
	};
	bool is_new;
	uint64_t id = interner_add(&pprof->functions, key, sizeof(key), &is_new) + 1;

	if (!is_new)
		return id;
	protobuf_integer(&pprof->part, FUNCTION_ID, id);
	protobuf_integer(&pprof->part, FUNCTION_NAME, key[0]);
	protobuf_integer(&pprof->part, FUNCTION_SYSTEM_NAME, key[1]);
	protobuf_integer(&pprof->part, FUNCTION_FILENAME, key[2]);
	protobuf_integer(&pprof->part, FUNCTION_START_LINE, key[3]);
	embed(&pprof->body, PROFILE_FUNCTION, &pprof->part);
	return id;
}

static void add_line(struct pprof *pprof, const struct pprof_line *line, struct protobuf *location)
{
	protobuf_integer(&pprof->label, LINE_FUNCTION_ID, function_number(pprof, &line->function));
	protobuf_integer(&pprof->label, LINE_LINE, line->line);
	embed(location, LOCATION_LINE, &pprof->label);
}

uint64_t pprof_add_location(struct pprof *pprof, uint64_t mapping, uint64_t address, const struct pprof_line *line,
			    const struct pprof_line *inlined, uint32_t inlined_count)
{
	uint64_t id = ++pprof->locations;

	protobuf_integer(&pprof->location, LOCATION_ID, id);
	protobuf_integer(&pprof->location, LOCATION_MAPPING_ID, mapping);
	protobuf_integer(&pprof->location, LOCATION_ADDRESS, address);
	for (uint32_t i = 0; i < inlined_count; i++)
		add_line(pprof, &inlined[i], &pprof->location);
	add_line(pprof, line, &pprof->location);
	embed(&pprof->body, PROFILE_LOCATION, &pprof->location);
	return id;
}

static void add_label(struct pprof *pprof, const struct pprof_label *label)
{
	protobuf_integer(&pprof->label, LABEL_KEY, string_number(pprof, label->key));
	if (label->text)
		protobuf_integer(&pprof->label, LABEL_STR, string_number(pprof, label->text));
	else
		protobuf_integer(&pprof->label, LABEL_NUM, label->number);
	embed(&pprof->part, SAMPLE_LABEL, &pprof->label);
}

void pprof_add_sample(struct pprof *pprof, const struct pprof_sample *sample)
{
	protobuf_integers(&pprof->part, SAMPLE_LOCATION_ID, sample->locations, sample->depth);
	protobuf_integers(&pprof->part, SAMPLE_VALUE, sample->values, PPROF_VALUES);
	for (uint32_t i = 0; i < sample->label_count; i++)
		add_label(pprof, &sample->labels[i]);
	embed(&pprof->body, PROFILE_SAMPLE, &pprof->part);
}

/* Beyond it, libdeflate takes twice the time for each percent; zlib's 9 takes three times as long, and packs less. */
#define COMPRESSION_LEVEL 6

/* Compresses into memory; the gzip header has no time and no name. */
static uint8_t *compress_gzip(const struct protobuf *message, size_t *size)
{
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(COMPRESSION_LEVEL);
	size_t bound = libdeflate_gzip_compress_bound(compressor, message->size);
	uint8_t *out = must_allocate(bound, 1);

	if (message->size > UINT32_MAX)
		fail(EXIT_CANNOT_MEASURE, "the profile is larger than 4 GiB");
	*size = compressor ? libdeflate_gzip_compress(compressor, message->bytes, message->size, out, bound) : 0;
	if (!*size)
		fail(EXIT_CANNOT_MEASURE, "out of memory");
	libdeflate_free_compressor(compressor);
	return out;
}

bool pprof_write(struct pprof *pprof, FILE *file)
{
	uint8_t *compressed;
	size_t size;
	bool written;

	for (uint32_t i = 0; i < pprof->strings.count; i++) {
		const struct interner_entry *entry = &pprof->strings.entries[i];

		protobuf_bytes(&pprof->body, PROFILE_STRING_TABLE, entry->bytes, entry->size);
	}
	compressed = compress_gzip(&pprof->body, &size);
	written = fwrite(compressed, 1, size, file) == size && fflush(file) == 0;
	free(compressed);
	return written;
}

void pprof_free(struct pprof *pprof)
{
	protobuf_free(&pprof->body);
	protobuf_free(&pprof->part);
	protobuf_free(&pprof->label);
	protobuf_free(&pprof->location);
	interner_free(&pprof->strings);
	interner_free(&pprof->functions);
	memset(pprof, 0, sizeof(*pprof));
}
