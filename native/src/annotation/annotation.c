// SPDX-License-Identifier: Apache-2.0
#include "annotation/annotation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "annotation/addresses.h"
#include "annotation/annotated_file.h"
#include "annotation/blocks.h"
#include "annotation/calls.h"
#include "annotation/instructions.h"
#include "support/fail.h"
#include "support/interner.h"
#include "support/json.h"
#include "support/paths.h"
#include "symbols/dwarf_lines.h"
#include "target/confinement.h"

struct annotator {
	/* All functions are asked for, with their calls. */
	bool is_whole;
	struct annotated_file file;
	/* Functions that run somewhere: two numbers of texts, and a line. */
	struct interner functions;
	struct interner texts;
	struct json json;
};

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
	if (!object_symbols_lines(&annotator->file.symbols, covering->start, address, &lines))
		lines.count = 0;
	for (uint32_t i = 0; i < lines.count; i++) {
		const struct source_line *line = &lines.entries[i];

		json_unsigned(json, NULL, function_number(annotator, line, i + 1 < lines.count ? "" : covering->name));
		json_unsigned(json, NULL, line->line);
		json_unsigned(json, NULL, line->discriminator);
	}
	json_close(json, ']');
}

/*
 * As address, bytes, instructions, enum block_exit, whether a table leads there, and the addresses of the blocks that may be
 * next.
 */
static void write_block(struct json *json, uint64_t start, const struct block *block)
{
	json_open(json, NULL, '[');
	json_unsigned(json, NULL, start + block->offset);
	json_unsigned(json, NULL, block->bytes);
	json_unsigned(json, NULL, block->instructions);
	json_unsigned(json, NULL, block->exit);
	json_unsigned(json, NULL, block->is_case);
	if (block->goes_on)
		json_unsigned(json, NULL, start + block->offset + block->bytes);
	if (block->jumps)
		json_unsigned(json, NULL, start + block->target);
	json_close(json, ']');
}

static bool read_file(const void *file, uint64_t address, void *to, size_t bytes)
{
	return annotated_file_read(file, address, to, bytes);
}

static void write_blocks(struct annotator *annotator, const struct covering *covering, const uint8_t *code)
{
	struct json *json = &annotator->json;
	const struct linked_memory memory = { .code = covering->start, .read = read_file, .file = &annotator->file };
	struct block *blocks = NULL;
	size_t count = code ? blocks_find(code, covering->size, &memory, &blocks) : 0;

	json_open(json, "blocks", '[');
	for (size_t i = 0; i < count; i++)
		write_block(json, covering->start, &blocks[i]);
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
	uint8_t *code = has_code ? annotated_file_code(&annotator->file, covering) : NULL;

	for (size_t i = 0; i < count; i++)
		addresses_add(&addresses, asked[i]);
	if (covering->has_rows)
		dwarf_lines_rows(&annotator->file.symbols.units, covering->start, covering->start + covering->size,
				 addresses_add, &addresses);
	json_open(json, NULL, '{');
	json_string(json, "name", covering->name);
	json_unsigned(json, "address", covering->start);
	json_unsigned(json, "size", covering->size);
	json_string(json, "binding", covering->binding);
	json_unsigned(json, "ordinal", covering->ordinal);
	if (annotator->is_whole) {
		if (covering->is_go)
			add_go_rows(&annotator->file.symbols.go, covering->start, &addresses);
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
		if (!annotated_file_find(&annotator->file, asked->entries[at], &covering))
			continue;
		while (next < asked->count && asked->entries[next] - covering.start < covering.size &&
		       annotated_file_find(&annotator->file, asked->entries[next], &other) && other.start == covering.start)
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

int annotation_run(const char *path, bool is_whole)
{
	struct annotator annotator = { .json.stream = stdout, .is_whole = is_whole };
	struct addresses asked = { 0 };

	if (!annotated_file_open(&annotator.file, path))
		fail(EXIT_USAGE, "annotate %s: %s", path, strerror(errno));
	confine(CONFINED_TO_READING);
	if (!is_whole)
		addresses_read(&asked);
	if (!annotated_file_load(&annotator.file))
		fail(EXIT_USAGE, "annotate %s: not an ELF file that can be read", path);
	if (is_whole)
		annotated_file_functions(&annotator.file, &asked);
	json_open(&annotator.json, NULL, '{');
	json_string(&annotator.json, "build_id", annotator.file.symbols.image.build_id);
	write_symbols(&annotator, &asked);
	write_functions(&annotator);
	json_close(&annotator.json, '}');
	putchar('\n');
	if (fflush(stdout))
		fail(EXIT_CANNOT_MEASURE, "annotate: %s", strerror(errno));
	annotated_file_close(&annotator.file);
	interner_free(&annotator.functions);
	interner_free(&annotator.texts);
	free(asked.entries);
	return EXIT_WRITTEN;
}
