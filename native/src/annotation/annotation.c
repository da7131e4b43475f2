// SPDX-License-Identifier: Apache-2.0
#include "annotation/annotation.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "annotation/addresses.h"
#include "annotation/blocks.h"
#include "annotation/calls.h"
#include "annotation/instructions.h"
#include "support/bounds.h"
#include "support/fail.h"
#include "support/interner.h"
#include "support/json.h"
#include "support/paths.h"
#include "symbols/dwarf_lines.h"
#include "symbols/object_symbols.h"
#include "target/confinement.h"

/* The function an address lies in, by Go's own table where there is one: see the resolver. */
struct covering {
	const char *name;
	uint64_t start;
	uint64_t size;
	const char *binding;
	uint32_t ordinal;
	/* Whether the line table has its extent. */
	bool has_rows;
	bool is_go;
};

struct annotator {
	/* All functions are asked for, with their calls. */
	bool is_whole;
	int fd;
	struct object_symbols symbols;
	/* Of each symbol: a local's number among those of its name, from 1; 0 for others. */
	uint32_t *ordinals;
	/* Functions that run somewhere: two numbers of texts, and a line. */
	struct interner functions;
	struct interner texts;
	struct json json;
};

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
			.is_go = true,
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

static void write_blocks(struct annotator *annotator, const struct covering *covering, const uint8_t *code)
{
	struct json *json = &annotator->json;
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
}

/* Of the addresses asked for, those in the middle of an instruction: they are not of this code. */
static void write_astray(struct annotator *annotator, const struct covering *covering, const uint8_t *code,
			 const uint64_t *asked, size_t count)
{
	uint64_t at = covering->start, end = covering->start + (code ? covering->size : 0);

	json_open(&annotator->json, "astray", '[');
	for (size_t i = 0; i < count; i++) {
		while (at < asked[i] && at < end) {
			struct instruction read = instruction_read(code + (at - covering->start), end - at);

			/* What cannot be read is no reason to doubt what follows. */
			at = read.length ? at + read.length : end;
		}
		if (at > asked[i] && at < end)
			json_unsigned(&annotator->json, NULL, asked[i]);
	}
	json_close(&annotator->json, ']');
}

/* Adds the addresses of a Go function at which a line or an inlined call begins. */
static void add_go_rows(const struct go_pclntab *pclntab, uint64_t start, struct addresses *addresses)
{
	struct go_function function;

	if (!go_pclntab_find(pclntab, start, &function))
		return;
	for (int i = 0; i < 2; i++) {
		struct go_values values;

		go_values_begin(&values, pclntab, &function, i ? function.inline_numbers : function.lines);
		while (go_values_next(&values) && values.start < function.end)
			addresses_add(addresses, values.start);
	}
}

/* What a function calls, and where it goes without returning; adds the calls to `addresses`. */
static void write_calls(struct annotator *annotator, const struct covering *covering, const uint8_t *code,
			struct addresses *addresses)
{
	struct json *json = &annotator->json;
	struct call *calls = NULL;
	size_t count = code ? calls_find(code, covering->size, &calls) : 0;

	json_open(json, "calls", '[');
	for (size_t i = 0; i < count; i++) {
		uint64_t target = calls[i].is_indirect ? 0 : covering->start + calls[i].target;

		json_open(json, NULL, '[');
		json_unsigned(json, NULL, covering->start + calls[i].offset);
		json_unsigned(json, NULL, target);
		json_unsigned(json, NULL, calls[i].is_tail);
		json_close(json, ']');
		addresses_add(addresses, covering->start + calls[i].offset);
	}
	json_close(json, ']');
	free(calls);
}

/* Writes one symbol with the locations of those addresses that lie in it. */
static void write_symbol(struct annotator *annotator, const struct covering *covering, const uint64_t *asked, size_t count)
{
	struct json *json = &annotator->json;
	struct addresses addresses = { 0 };
	bool has_code = covering->has_rows || (annotator->is_whole && covering->is_go);
	uint8_t *code = has_code ? read_code(annotator, covering) : NULL;

	for (size_t i = 0; i < count; i++)
		addresses_add(&addresses, asked[i]);
	if (covering->has_rows)
		dwarf_lines_rows(&annotator->symbols.units, covering->start, covering->start + covering->size,
				 addresses_add, &addresses);
	json_open(json, NULL, '{');
	json_string(json, "name", covering->name);
	json_unsigned(json, "address", covering->start);
	json_unsigned(json, "size", covering->size);
	json_string(json, "binding", covering->binding);
	json_unsigned(json, "ordinal", covering->ordinal);
	if (annotator->is_whole) {
		if (covering->is_go)
			add_go_rows(&annotator->symbols.go, covering->start, &addresses);
		write_calls(annotator, covering, code, &addresses);
	} else {
		write_blocks(annotator, covering, code);
		write_astray(annotator, covering, code, asked, count);
	}
	addresses_sort(&addresses);
	json_open(json, "locations", '[');
	for (size_t i = 0; i < addresses.count; i++)
		write_location(annotator, covering, addresses.entries[i]);
	json_close(json, ']');
	json_close(json, '}');
	free(code);
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

/* Where every function begins; labels are none. */
static void add_functions(const struct annotator *annotator, struct addresses *addresses)
{
	const struct object_symbols *symbols = &annotator->symbols;

	for (size_t i = 0; i < symbols->symbols.count; i++) {
		if (symbols->symbols.entries[i].rank != SYMBOL_LABEL)
			addresses_add(addresses, symbols->symbols.entries[i].start);
	}
	for (size_t i = 0; i < symbols->go.function_count; i++) {
		struct go_function function;

		if (go_pclntab_function(&symbols->go, i, &function))
			addresses_add(addresses, function.start);
	}
	addresses_sort(addresses);
}

int annotation_run(const char *path, bool is_whole)
{
	struct object object = { .kind = OBJECT_FILE, .path = (char *)path, .jitdump_fd = -1 };
	struct annotator annotator = { .json.stream = stdout, .is_whole = is_whole };
	struct addresses asked = { 0 };

	object.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (object.fd < 0)
		fail(EXIT_USAGE, "annotate %s: %s", path, strerror(errno));
	annotator.fd = object.fd;
	confine(CONFINED_TO_READING);
	if (!is_whole)
		addresses_read(&asked);
	object_symbols_load(&annotator.symbols, &object, NULL);
	if (!annotator.symbols.is_readable)
		fail(EXIT_USAGE, "annotate %s: not an ELF file that can be read", path);
	annotator.ordinals = number_locals(&annotator.symbols.symbols);
	if (is_whole)
		add_functions(&annotator, &asked);
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
