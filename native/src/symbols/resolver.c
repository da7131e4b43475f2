// SPDX-License-Identifier: Apache-2.0
#include "symbols/resolver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbols/call_sites.h"
#include "symbols/demangle.h"
#include "support/fail.h"
#include "support/bounds.h"
#include "support/paths.h"
#include "symbols/perf_map.h"
#include "symbols/roots.h"

/* A copy of `text` that lives as long as the resolver. */
static const char *keep(struct resolver *resolver, const char *text)
{
	uint32_t index = interner_add(&resolver->texts, text, strlen(text), NULL);

	return resolver->texts.entries[index].bytes;
}

static uint32_t add_mapping(struct resolver *resolver, struct pprof_mapping mapping)
{
	mapping.file = keep(resolver, mapping.file);
	mapping.build_id = keep(resolver, mapping.build_id);
	resolver->mappings = must_resize(resolver->mappings, resolver->mapping_count + 1, sizeof(mapping));
	resolver->mappings[resolver->mapping_count] = mapping;
	return resolver->mapping_count++;
}

void resolver_initialise(struct resolver *resolver, const struct objects *objects, struct naming_account *account)
{
	*resolver = (struct resolver){
		.objects = objects,
		.account = account,
		.loaded = must_allocate(objects->count, sizeof(*resolver->loaded)),
		.object_mappings = must_allocate(objects->count, sizeof(*resolver->object_mappings)),
		.generated_mapping = NO_MAPPING,
		.anonymous_mapping = NO_MAPPING,
	};
	for (uint32_t i = 0; i < objects->count; i++)
		resolver->object_mappings[i] = NO_MAPPING;
}

/* Loads an object at its first location. Its mapping spans its executable segments, at the addresses it is linked at. */
static struct object_symbols *load(struct resolver *resolver, uint32_t number)
{
	const struct object *object = &resolver->objects->entries[number];
	struct object_symbols *symbols = resolver->loaded[number];
	struct pprof_mapping mapping = { 0 };

	if (symbols)
		return symbols;
	symbols = resolver->loaded[number] = must_allocate(1, sizeof(*symbols));
	object_symbols_load(symbols, object, resolver->account);
	if (object->kind == OBJECT_GENERATED)
		return symbols;
	mapping.file = object->path;
	mapping.build_id = symbols->image.build_id;
	for (size_t i = 0; i < symbols->image.segment_count; i++) {
		const struct elf_segment *segment = &symbols->image.segments[i];

		if (i == 0) {
			mapping.start = segment->address;
			mapping.offset = segment->offset;
		}
		if (segment->address + segment->size > mapping.limit)
			mapping.limit = segment->address + segment->size;
	}
	resolver->object_mappings[number] = add_mapping(resolver, mapping);
	return symbols;
}

static void name_unknown(struct resolver *resolver, struct frame *frame, const char *where, enum unresolved_cause cause)
{
	char name[MAX_NAME_BYTES];

	snprintf(name, sizeof(name), "[unknown] (%s)", where);
	frame->line.function.name = frame->line.function.system_name = keep(resolver, name);
	frame->cause = cause;
}

static void resolve_marker(struct frame *frame)
{
	frame->line.function.name = frame->line.function.system_name = marker_names[frame->address];
	if (frame->address == MARKER_NO_MAPPING)
		frame->cause = UNRESOLVED_NO_MAPPING;
	else if (frame->address == MARKER_PROCESS_GONE)
		frame->cause = UNRESOLVED_PROCESS_GONE;
	frame->address = 0;
}

static void resolve_kernel(struct resolver *resolver, struct frame *frame, struct object_symbols *symbols)
{
	const struct symbol *symbol = symbols_find(&symbols->symbols, frame->address);

	if (symbol)
		frame->line.function.name = frame->line.function.system_name = keep(resolver, symbol->name);
	else
		name_unknown(resolver, frame, "kernel", UNRESOLVED_KERNEL);
}

/*
 * The frame of a caller is that of the byte before its return address. V8 itself writes the addresses of its builtins
 * there when it deoptimises.
 */
static bool can_be_caller(const struct object *object, const struct object_symbols *symbols, uint64_t offset)
{
	uint8_t code[CALL_SITE_BEFORE + CALL_SITE_BEHIND];
	uint64_t returned_to;
	const struct symbol *symbol;

	if (object->kind != OBJECT_FILE || offset + 1 < CALL_SITE_BEFORE ||
	    pread(object->fd, code, sizeof(code), offset + 1 - CALL_SITE_BEFORE) != sizeof(code))
		return true;
	if (is_call_site(code))
		return true;
	symbol = elf_image_address(&symbols->image, offset + 1, &returned_to) ?
			 symbols_find(&symbols->symbols, returned_to) :
			 NULL;
	return symbol && symbol->start == returned_to && strncmp(symbol->name, "Builtins_", 9) == 0;
}

/* Relative to the folder of the compilation, where both are known. */
static const char *keep_file(struct resolver *resolver, const struct source_line *line)
{
	char file[8192];

	path_join(file, sizeof(file), line->folder ? line->folder : "", line->file ? line->file : "");
	return keep(resolver, line->file ? file : "");
}

static struct pprof_line keep_inlined(struct resolver *resolver, const struct source_line *line)
{
	const char *linkage_name = line->linkage_name ? line->linkage_name : "[unknown]";
	char name[MAX_NAME_BYTES];

	demangle(name, sizeof(name), linkage_name);
	return (struct pprof_line){
		.function = {
			.name = keep(resolver, name),
			.system_name = keep(resolver, linkage_name),
			.file = keep_file(resolver, line),
			.start_line = line->start_line,
		},
		.line = line->line,
	};
}

static void keep_lines(struct resolver *resolver, struct frame *frame, const struct source_lines *lines)
{
	struct pprof_line inlined[MAX_INLINED] = { 0 };
	const struct source_line *outer = &lines->entries[lines->count - 1];
	uint32_t number;

	frame->line.function.file = keep_file(resolver, outer);
	frame->line.function.start_line = outer->start_line;
	frame->line.line = outer->line;
	frame->inlined_count = lines->count - 1;
	if (frame->inlined_count == 0)
		return;
	for (uint32_t i = 0; i < frame->inlined_count; i++)
		inlined[i] = keep_inlined(resolver, &lines->entries[i]);
	number = interner_add(&resolver->inlined, inlined, frame->inlined_count * sizeof(*inlined), NULL);
	frame->inlined = (const struct pprof_line *)resolver->inlined.entries[number].bytes;
}

/* Takes over what runs at the frame's address in the function that begins at `start`. */
static void read_lines(struct resolver *resolver, struct frame *frame, struct object_symbols *symbols, uint64_t start)
{
	struct source_lines lines;

	if (object_symbols_lines(symbols, start, frame->address, &lines))
		keep_lines(resolver, frame, &lines);
}

static void name_function(struct resolver *resolver, struct frame *frame, const char *system_name)
{
	char name[MAX_NAME_BYTES];

	demangle(name, sizeof(name), system_name);
	frame->line.function.name = keep(resolver, name);
	frame->line.function.system_name = keep(resolver, system_name);
	frame->is_root = is_root_function(system_name);
	/* The first frame of a goroutine was never called. */
	frame->can_be_caller |= frame->is_root;
}

static void resolve_elf(struct resolver *resolver, struct frame *frame, struct object_symbols *symbols,
			const struct object *object)
{
	const char *base = path_base(object->path);
	const struct symbol *symbol;
	struct go_function go;

	if (!symbols->is_readable) {
		name_unknown(resolver, frame, base, UNRESOLVED_FILE_UNREADABLE);
		return;
	}
	frame->can_be_caller = can_be_caller(object, symbols, frame->address);
	if (!elf_image_address(&symbols->image, frame->address, &frame->address)) {
		name_unknown(resolver, frame, base, UNRESOLVED_NO_SYMBOL);
		return;
	}
	/* Go's own names are there in stripped programs too, and are the same in both. */
	if (symbols->go.layout && go_pclntab_find(&symbols->go, frame->address, &go)) {
		name_function(resolver, frame, go.name);
		read_lines(resolver, frame, symbols, go.start);
		return;
	}
	symbol = symbols_find(&symbols->symbols, frame->address);
	if (!symbol) {
		name_unknown(resolver, frame, base, UNRESOLVED_NO_SYMBOL);
		return;
	}
	name_function(resolver, frame, symbol->name);
	read_lines(resolver, frame, symbols, symbol->start);
}

static void resolve_generated(struct resolver *resolver, struct frame *frame, struct object_symbols *symbols,
			      const struct object *object, uint64_t time)
{
	bool is_stale = object->history.is_stale && !symbols->is_readable;
	const struct symbol *symbol = symbols_find_at(&symbols->symbols, frame->address, time);
	uint32_t *mapping = symbol ? &resolver->generated_mapping : &resolver->anonymous_mapping;
	const struct jitdump_code *code;
	struct perf_map_name name;
	struct source_lines lines;

	if (*mapping == NO_MAPPING) {
		struct pprof_mapping added = { .file = symbol ? "[perf map]" : "[anonymous]", .build_id = "" };

		*mapping = add_mapping(resolver, added);
	}
	frame->mapping = *mapping;
	if (!symbol) {
		name_unknown(resolver, frame, "anonymous executable memory",
			     is_stale ? UNRESOLVED_MAP_STALE : UNRESOLVED_ANONYMOUS_MEMORY);
		return;
	}
	perf_map_name_parse(symbol->name, &name);
	code = jitdump_find(&symbols->jitdump, symbol);
	frame->line.function.name = keep(resolver, name.name);
	frame->line.function.system_name = keep(resolver, symbol->name);
	/* Where the name says it, that is the definition; debug information begins at the first statement. */
	frame->line.function.file = keep(resolver, name.file[0] || !code ? name.file : code->file);
	frame->line.function.start_line = name.file[0] || !code ? name.line : code->line;
	if (code && jitdump_lines(&symbols->jitdump, code, symbol->start, frame->address, &lines))
		keep_lines(resolver, frame, &lines);
}

void resolver_resolve(struct resolver *resolver, const struct location *location, struct frame *frame)
{
	const struct object *object = &resolver->objects->entries[location->object];
	struct object_symbols *symbols;

	*frame = (struct frame){
		.address = location->address,
		.mapping = NO_MAPPING,
		.line.function.file = "",
		.can_be_caller = true,
	};
	if (object->kind == OBJECT_MARKER) {
		resolve_marker(frame);
		return;
	}
	symbols = load(resolver, location->object);
	frame->mapping = resolver->object_mappings[location->object];
	if (object->kind == OBJECT_KERNEL)
		resolve_kernel(resolver, frame, symbols);
	else if (object->kind == OBJECT_GENERATED)
		resolve_generated(resolver, frame, symbols, object, location_time(location));
	else
		resolve_elf(resolver, frame, symbols, object);
	if (frame->cause == RESOLVED)
		resolver->mappings[frame->mapping].has_functions = true;
	if (frame->line.function.file[0])
		resolver->mappings[frame->mapping].has_filenames = true;
	if (frame->line.line)
		resolver->mappings[frame->mapping].has_line_numbers = true;
	if (frame->inlined_count)
		resolver->mappings[frame->mapping].has_inline_frames = true;
}

void resolver_unload(struct resolver *resolver)
{
	for (uint32_t i = 0; resolver->loaded && i < resolver->objects->count; i++) {
		if (resolver->loaded[i])
			object_symbols_free(resolver->loaded[i]);
		free(resolver->loaded[i]);
	}
	free(resolver->loaded);
	resolver->loaded = NULL;
}

void resolver_free(struct resolver *resolver)
{
	resolver_unload(resolver);
	free(resolver->object_mappings);
	free(resolver->mappings);
	interner_free(&resolver->texts);
	interner_free(&resolver->inlined);
}
