// SPDX-License-Identifier: Apache-2.0
#include "symbols/jitdump.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/bounds.h"
#include "support/fail.h"
#include "support/paths.h"
#include "symbols/jitdump_format.h"

/* What the next load, of code at this address, was told to be made of. */
struct announced {
	uint64_t address;
	struct jitdump_code code;
};

/* As much of one record as is looked at: code and further debug entries are not. */
struct record {
	struct jitdump_record header;
	char payload[sizeof(struct jitdump_load) + MAX_NAME_BYTES];
	/* Where the payload stands in the file. */
	uint64_t at;
	/* Bytes of `payload` that are there. */
	size_t size;
};

struct reader {
	struct jitdump *jitdump;
	struct symbols *symbols;
	bool has_times;
	/* Numbers of code, and for each its latest symbol's position. */
	struct interner numbers;
	uint32_t *latest;
	struct announced announced;
};

bool jitdump_is_path(const char *path)
{
	const char *base = path_base(path);
	size_t digits;

	if (strncmp(base, "jit-", 4) != 0)
		return false;
	digits = strspn(base + 4, "0123456789");
	return digits > 0 && strcmp(base + 4 + digits, ".dump") == 0;
}

/* The text at `at` of the payload; NULL when it does not end within it. */
static const char *text_at(const struct record *record, size_t at)
{
	return at < record->size && memchr(record->payload + at, '\0', record->size - at) ? record->payload + at : NULL;
}

static void lose_record(struct reader *reader)
{
	naming_lose(reader->symbols->account, LOSS_RECORDS, 1);
}

static bool add(struct reader *reader, uint64_t address, uint64_t bytes, const char *name,
		const struct jitdump_code *code)
{
	struct jitdump *jitdump = reader->jitdump;

	if (!bytes || !symbols_add(reader->symbols, address, bytes, name, SYMBOL_RUNTIME))
		return false;
	if ((jitdump->count & (jitdump->count - 1)) == 0)
		jitdump->codes = must_resize(jitdump->codes, jitdump->count ? jitdump->count * 2 : 1, sizeof(*code));
	jitdump->codes[jitdump->count++] = *code;
	reader->symbols->entries[reader->symbols->count - 1].since = code->loaded_at;
	return true;
}

/* The newest piece with that number is the last one added. */
static void remember(struct reader *reader, uint64_t number)
{
	bool is_new;
	uint32_t index = interner_add(&reader->numbers, &number, sizeof(number), &is_new);

	if (is_new && (index & (index - 1)) == 0)
		reader->latest = must_resize(reader->latest, index ? index * 2 : 1, sizeof(*reader->latest));
	reader->latest[index] = reader->jitdump->count - 1;
}

static void read_load(struct reader *reader, const struct record *record)
{
	const struct jitdump_code nothing = { .file = "" };
	const char *name = text_at(record, sizeof(struct jitdump_load));
	struct jitdump_code code;
	struct jitdump_load load;

	if (!name)
		lose_record(reader);
	if (!name || !name[0])
		return;
	memcpy(&load, record->payload, sizeof(load));
	code = reader->announced.address == load.address ? reader->announced.code : nothing;
	reader->announced = (struct announced){ .code = nothing };
	code.loaded_at = reader->has_times ? record->header.time : 0;
	if (add(reader, load.address, load.bytes, name, &code))
		remember(reader, load.number);
}

static void read_move(struct reader *reader, const struct record *record)
{
	struct jitdump_move move = { 0 };
	struct jitdump_code code;
	char name[MAX_NAME_BYTES + 1];
	uint32_t index;

	if (record->size >= sizeof(move))
		memcpy(&move, record->payload, sizeof(move));
	if (record->size < sizeof(move) || !interner_find(&reader->numbers, &move.number, sizeof(move.number), &index)) {
		lose_record(reader);
		return;
	}
	code = reader->jitdump->codes[reader->latest[index]];
	code.loaded_at = reader->has_times ? record->header.time : 0;
	/* Adding may move the names' array, and its bound on names makes the copy whole. */
	strcpy(name, reader->symbols->entries[reader->latest[index]].name);
	if (add(reader, move.to, move.bytes, name, &code))
		remember(reader, move.number);
}

/* What is known so far of the code that is about to be loaded at an address. */
static struct jitdump_code *announce(struct reader *reader, uint64_t address)
{
	if (reader->announced.address != address)
		reader->announced = (struct announced){ .address = address, .code.file = "" };
	return &reader->announced.code;
}

/*
 * The first entry says where the function is. The lines of the others are of what is inlined, too, without its name; and V8
 * says their addresses 64 bytes too high, for files that perf makes of them.
 */
static void read_debug_info(struct reader *reader, const struct record *record)
{
	const char *file = text_at(record, sizeof(struct jitdump_debug_info) + sizeof(struct jitdump_debug_entry));
	struct jitdump_debug_info info = { .entries = 1 };
	struct jitdump_debug_entry entry;
	struct interner *files = &reader->jitdump->files;
	struct jitdump_code *code;
	uint32_t number;

	if (record->size >= sizeof(info))
		memcpy(&info, record->payload, sizeof(info));
	if (info.entries == 0)
		return;
	if (!file) {
		lose_record(reader);
		return;
	}
	memcpy(&entry, record->payload + sizeof(info), sizeof(entry));
	if (!interner_find(files, file, strlen(file), &number)) {
		if (!symbols_reserve(reader->symbols, GENERATED_SYMBOL_BYTES + strlen(file)))
			return;
		number = interner_add(files, file, strlen(file), NULL);
	}
	code = announce(reader, info.address);
	code->line = entry.line;
	code->file = files->entries[number].bytes;
}

/* Only where it stands: most code is never sampled. */
static void read_inlines(struct reader *reader, const struct record *record)
{
	struct jitdump_inlines header;

	if (record->size < sizeof(header)) {
		lose_record(reader);
		return;
	}
	memcpy(&header, record->payload, sizeof(header));
	announce(reader, header.address)->inlines_at = record->at;
}

/* The record at `offset`; false when it is not there as a whole. */
static bool read_record(struct record *record, int fd, uint64_t offset, uint64_t file_bytes)
{
	struct jitdump_record *header = &record->header;
	ssize_t got = pread(fd, record, sizeof(record->header) + sizeof(record->payload), offset);
	size_t claimed;

	if (got < (ssize_t)sizeof(*header) || header->bytes < sizeof(*header) || header->bytes > file_bytes - offset)
		return false;
	claimed = header->bytes - sizeof(*header);
	record->at = offset + sizeof(*header);
	record->size = got - sizeof(*header) < claimed ? got - sizeof(*header) : claimed;
	return true;
}

/* Whether a record that is not there as a whole may be one that is being written. */
static bool can_be_whole(const struct jitdump_record *header)
{
	return header->bytes >= sizeof(*header) && header->bytes <= MAX_JITDUMP_RECORD_BYTES;
}

static void read_records(struct reader *reader, int fd, uint64_t offset, uint64_t file_bytes)
{
	uint64_t end = file_bytes < MAX_JITDUMP_BYTES ? file_bytes : MAX_JITDUMP_BYTES, count = 0;
	struct record record;

	for (; offset < end && count < MAX_JITDUMP_RECORDS && !reader->symbols->is_full; count++) {
		if (!read_record(&record, fd, offset, end)) {
			if (offset + sizeof(record.header) <= end && !can_be_whole(&record.header))
				lose_record(reader);
			break;
		}
		if (record.header.kind == JITDUMP_LOAD)
			read_load(reader, &record);
		else if (record.header.kind == JITDUMP_MOVE)
			read_move(reader, &record);
		else if (record.header.kind == JITDUMP_DEBUG_INFO)
			read_debug_info(reader, &record);
		else if (record.header.kind == JITDUMP_INLINES)
			read_inlines(reader, &record);
		offset += record.header.bytes;
	}
	naming_lose(reader->symbols->account, LOSS_JITDUMP_ENDS,
		    file_bytes > MAX_JITDUMP_BYTES || (count == MAX_JITDUMP_RECORDS && offset < end));
}

bool jitdump_read(struct jitdump *jitdump, struct symbols *symbols, int fd)
{
	struct reader reader = { .jitdump = jitdump, .symbols = symbols, .announced.code.file = "" };
	struct jitdump_header header;
	off_t bytes = lseek(fd, 0, SEEK_END);

	*jitdump = (struct jitdump){ .fd = fd };
	if (bytes < 0 || pread(fd, &header, sizeof(header), 0) != sizeof(header) || header.magic != JITDUMP_MAGIC ||
	    header.version != JITDUMP_VERSION || header.bytes < sizeof(header)) {
		lose_record(&reader);
		return false;
	}
	reader.has_times = !(header.flags & JITDUMP_ARCHITECTURE_TIME);
	read_records(&reader, fd, header.bytes, bytes);
	interner_free(&reader.numbers);
	free(reader.latest);
	return true;
}

const struct jitdump_code *jitdump_find(const struct jitdump *jitdump, const struct symbol *symbol)
{
	return symbol->order < jitdump->count ? &jitdump->codes[symbol->order] : NULL;
}

void jitdump_free(struct jitdump *jitdump)
{
	free(jitdump->codes);
	free(jitdump->inlines);
	interner_free(&jitdump->files);
	memset(jitdump, 0, sizeof(*jitdump));
}
