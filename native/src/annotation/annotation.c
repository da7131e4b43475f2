// SPDX-License-Identifier: Apache-2.0
#include "annotation/annotation.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "annotation/blocks.h"
#include "support/bounds.h"
#include "support/fail.h"
#include "support/interner.h"
#include "support/json.h"
#include "support/paths.h"
#include "symbols/dwarf_lines.h"
#include "symbols/object_symbols.h"
#include "target/confinement.h"

struct addresses {
	uint64_t *entries;
	size_t count;
	size_t capacity;
};

/* The function an address lies in, by Go's own table where there is one: see the resolver. */
struct covering {
	const char *name;
	uint64_t start;
	uint64_t size;
	const char *binding;
	uint32_t ordinal;
	/* Whether the line table has its extent. */
	bool has_rows;
};

struct annotator {
	int fd;
	struct object_symbols symbols;
	/* Of each symbol: a local's number among those of its name, from 1; 0 for others. */
	uint32_t *ordinals;
	/* Functions that run somewhere: two numbers of texts, and a line. */
	struct interner functions;
	struct interner texts;
	struct json json;
};

static void add_address(void *argument, uint64_t address)
{
	struct addresses *addresses = argument;

	if (addresses->count == MAX_ANNOTATED_ADDRESSES)
		return;
	if (addresses->count == addresses->capacity) {
		addresses->capacity = addresses->capacity ? addresses->capacity * 2 : 1024;
		addresses->entries = must_resize(addresses->entries, addresses->capacity, sizeof(*addresses->entries));
	}
	addresses->entries[addresses->count++] = address;
}

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

static void sort_distinct(struct addresses *addresses)
{
	size_t kept = 0;

	if (addresses->count == 0)
		return;
	qsort(addresses->entries, addresses->count, sizeof(*addresses->entries), compare);
	for (size_t i = 1; i < addresses->count; i++) {
		if (addresses->entries[i] != addresses->entries[kept])
			addresses->entries[++kept] = addresses->entries[i];
	}
	addresses->count = kept + 1;
}

static void read_addresses(struct addresses *addresses)
{
	char line[64];

	while (fgets(line, sizeof(line), stdin)) {
		char *end;
		uint64_t address;

		errno = 0;
		address = strtoull(line, &end, 16);
		if (errno || end == line || *end != '\n')
			fail(EXIT_USAGE, "annotate: %.*s is no address", (int)strcspn(line, "\n"), line);
		if (addresses->count == MAX_ANNOTATED_ADDRESSES)
			fail(EXIT_USAGE, "annotate takes %lu addresses at most", MAX_ANNOTATED_ADDRESSES);
		add_address(addresses, address);
	}
	sort_distinct(addresses);
}

/* Numbers the local symbols of each name; symbols are in the order of addresses. */
static uint32_t *number_locals(const struct symbols *symbols)
{
	uint32_t *ordinals = must_allocate(symbols->count, sizeof(*ordinals));
	uint32_t *counts = must_allocate(symbols->count, sizeof(*counts));
	struct interner names = { 0 };

	for (size_t i = 0; i < symbols->count; i++) {
		const struct symbol *symbol = &symbols->entries[i];

		if (symbol->rank == SYMBOL_LOCAL)
			ordinals[i] = ++counts[interner_add(&names, symbol->name, strlen(symbol->name), NULL)];
	}
	interner_free(&names);
	free(counts);
	return ordinals;
}

static bool find_covering(const struct annotator *annotator, uint64_t address, struct covering *covering)
{
	static const char *const bindings[] = {
		[SYMBOL_GLOBAL] = "global",
		[SYMBOL_WEAK] = "weak",
		[SYMBOL_LOCAL] = "local",
		[SYMBOL_LABEL] = "label",
	};
	const struct object_symbols *symbols = &annotator->symbols;
	const struct symbol *symbol;
	struct go_function go;

	if (symbols->go.layout && go_pclntab_find(&symbols->go, address, &go)) {
		*covering = (struct covering){
			.name = go.name,
			.start = go.start,
			.size = go.end - go.start,
			.binding = bindings[SYMBOL_GLOBAL],
		};
		return true;
	}
	symbol = symbols_find(&symbols->symbols, address);
	if (!symbol)
		return false;
	*covering = (struct covering){
		.name = symbol->name,
		.start = symbol->start,
		.size = symbol->size,
		.binding = bindings[symbol->rank],
		.ordinal = annotator->ordinals[symbol - symbols->symbols.entries],
		.has_rows = symbol->rank != SYMBOL_LABEL,
	};
	return true;
}

static uint32_t text_number(struct annotator *annotator, const char *text)
{
	/* With its end, so that the copy is a text. */
	return interner_add(&annotator->texts, text, strlen(text) + 1, NULL);
}

static uint32_t function_number(struct annotator *annotator, const struct source_line *line, const char *symbol)
{
	const char *name = line->linkage_name ? line->linkage_name : symbol;
	char file[8192] = "";
	uint32_t key[3];

	if (line->file)
		path_join(file, sizeof(file), line->folder ? line->folder : "", line->file);
	key[0] = text_number(annotator, name);
	key[1] = text_number(annotator, file);
	key[2] = line->start_line;
	return interner_add(&annotator->functions, key, sizeof(key), NULL);
}

static void write_location(struct annotator *annotator, const struct covering *covering, uint64_t address)
{
	struct json *json = &annotator->json;
	struct source_lines lines;

	json_open(json, NULL, '[');
	json_unsigned(json, NULL, address);
	if (!object_symbols_lines(&annotator->symbols, covering->start, address, &lines))
		lines.count = 0;
	for (uint32_t i = 0; i < lines.count; i++) {
		const struct source_line *line = &lines.entries[i];

		json_unsigned(json, NULL, function_number(annotator, line, i + 1 < lines.count ? "" : covering->name));
		json_unsigned(json, NULL, line->line);
		json_unsigned(json, NULL, line->discriminator);
	}
	json_close(json, ']');
}

/* The code of a function, to be freed; NULL when the file has it not in one piece. */
static uint8_t *read_code(const struct annotator *annotator, const struct covering *covering)
{
	const struct elf_image *image = &annotator->symbols.image;

	if (covering->size > MAX_FUNCTION_BYTES)
		return NULL;
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct elf_segment *segment = &image->segments[i];
		uint64_t offset = covering->start - segment->address;
		uint8_t *code;

		if (covering->start < segment->address || offset > segment->size || covering->size > segment->size - offset)
			continue;
		code = must_allocate(covering->size, 1);
		if (pread(annotator->fd, code, covering->size, segment->offset + offset) == (ssize_t)covering->size)
			return code;
		free(code);
	}
	return NULL;
}

static void write_blocks(struct annotator *annotator, const struct covering *covering)
{
	struct json *json = &annotator->json;
	uint8_t *code = covering->has_rows ? read_code(annotator, covering) : NULL;
	struct block *blocks = NULL;
	size_t count = code ? blocks_find(code, covering->size, &blocks) : 0;

	json_open(json, "blocks", '[');
	for (size_t i = 0; i < count; i++) {
		json_open(json, NULL, '[');
		json_unsigned(json, NULL, covering->start + blocks[i].offset);
		json_unsigned(json, NULL, blocks[i].bytes);
		json_unsigned(json, NULL, blocks[i].instructions);
		json_close(json, ']');
	}
	json_close(json, ']');
	free(blocks);
	free(code);
}

/* Writes one symbol with the locations of those addresses that lie in it. */
static void write_symbol(struct annotator *annotator, const struct covering *covering, const uint64_t *asked, size_t count)
{
	struct json *json = &annotator->json;
	struct addresses addresses = { 0 };

	for (size_t i = 0; i < count; i++)
		add_address(&addresses, asked[i]);
	if (covering->has_rows)
		dwarf_lines_rows(&annotator->symbols.units, covering->start, covering->start + covering->size,
				 add_address, &addresses);
	sort_distinct(&addresses);
	json_open(json, NULL, '{');
	json_string(json, "name", covering->name);
	json_unsigned(json, "address", covering->start);
	json_unsigned(json, "size", covering->size);
	json_string(json, "binding", covering->binding);
	json_unsigned(json, "ordinal", covering->ordinal);
	write_blocks(annotator, covering);
	json_open(json, "locations", '[');
	for (size_t i = 0; i < addresses.count; i++)
		write_location(annotator, covering, addresses.entries[i]);
	json_close(json, ']');
	json_close(json, '}');
	free(addresses.entries);
}

static void write_symbols(struct annotator *annotator, const struct addresses *asked)
{
	size_t next;

	json_open(&annotator->json, "symbols", '[');
	for (size_t at = 0; at < asked->count; at = next) {
		struct covering covering, other;

		next = at + 1;
		if (!find_covering(annotator, asked->entries[at], &covering))
			continue;
		while (next < asked->count && asked->entries[next] - covering.start < covering.size &&
		       find_covering(annotator, asked->entries[next], &other) && other.start == covering.start)
			next++;
		write_symbol(annotator, &covering, asked->entries + at, next - at);
	}
	json_close(&annotator->json, ']');
}

static void write_functions(struct annotator *annotator)
{
	struct json *json = &annotator->json;

	json_open(json, "functions", '[');
	for (uint32_t i = 0; i < annotator->functions.count; i++) {
		uint32_t key[3];

		memcpy(key, annotator->functions.entries[i].bytes, sizeof(key));
		json_open(json, NULL, '{');
		json_string(json, "name", annotator->texts.entries[key[0]].bytes);
		json_string(json, "file", annotator->texts.entries[key[1]].bytes);
		json_unsigned(json, "start_line", key[2]);
		json_close(json, '}');
	}
	json_close(json, ']');
}

int annotation_run(const char *path)
{
	struct object object = { .kind = OBJECT_FILE, .path = (char *)path, .jitdump_fd = -1 };
	struct annotator annotator = { .json.stream = stdout };
	struct addresses asked = { 0 };

	object.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (object.fd < 0)
		fail(EXIT_USAGE, "annotate %s: %s", path, strerror(errno));
	annotator.fd = object.fd;
	confine(CONFINED_TO_READING);
	read_addresses(&asked);
	object_symbols_load(&annotator.symbols, &object);
	if (!annotator.symbols.is_readable)
		fail(EXIT_USAGE, "annotate %s: not an ELF file that can be read", path);
	annotator.ordinals = number_locals(&annotator.symbols.symbols);
	json_open(&annotator.json, NULL, '{');
	json_string(&annotator.json, "build_id", annotator.symbols.image.build_id);
	write_symbols(&annotator, &asked);
	write_functions(&annotator);
	json_close(&annotator.json, '}');
	putchar('\n');
	if (fflush(stdout))
		fail(EXIT_CANNOT_MEASURE, "annotate: %s", strerror(errno));
	free(annotator.ordinals);
	object_symbols_free(&annotator.symbols);
	interner_free(&annotator.functions);
	interner_free(&annotator.texts);
	free(asked.entries);
	return EXIT_WRITTEN;
}
