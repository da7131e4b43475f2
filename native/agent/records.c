// SPDX-License-Identifier: Apache-2.0
#include "records.h"

#include "system.h"

static void put(struct output *output, const void *from, size_t bytes)
{
	memcpy(output->bytes + output->size, from, bytes);
	output->size += bytes;
}

static void put_record(struct output *output, uint32_t kind, size_t payload)
{
	struct jitdump_record header = { kind, sizeof(header) + payload, monotonic_nanoseconds() };

	put(output, &header, sizeof(header));
}

void put_debug_info(struct output *output, const struct function *function, uint64_t address)
{
	size_t bytes = length_of(function->file) + 1;

	if (bytes == 1)
		return;
	put_record(output, JITDUMP_DEBUG_INFO,
		   sizeof(struct jitdump_debug_info) + sizeof(struct jitdump_debug_entry) + bytes);
	put(output, &(struct jitdump_debug_info){ address, 1 }, sizeof(struct jitdump_debug_info));
	put(output, &(struct jitdump_debug_entry){ address, function->start_line, 0 }, sizeof(struct jitdump_debug_entry));
	put(output, function->file, bytes);
}

void put_load(struct output *output, const char *name, const void *address, size_t bytes)
{
	static uint64_t last_number;
	size_t name_bytes = length_of(name) + 1;
	const struct jitdump_load load = {
		.pid = SYSTEM(getpid, 0, 0, 0),
		.tid = SYSTEM(gettid, 0, 0, 0),
		.linked_address = (uint64_t)address,
		.address = (uint64_t)address,
		.bytes = bytes,
		.number = __atomic_add_fetch(&last_number, 1, __ATOMIC_RELAXED),
	};

	/* Without the code itself, which nobody here reads and which would be most of the file. */
	put_record(output, JITDUMP_LOAD, sizeof(load) + name_bytes);
	put(output, &load, sizeof(load));
	put(output, name, name_bytes);
}

static void put_texts(struct output *output, const struct functions *functions)
{
	for (uint32_t i = 0; i < functions->count; i++) {
		put(output, functions->entries[i].name, length_of(functions->entries[i].name) + 1);
		put(output, functions->entries[i].file, length_of(functions->entries[i].file) + 1);
	}
}

static void put_functions(struct output *output, const struct functions *functions)
{
	uint32_t text = 0;

	for (uint32_t i = 0; i < functions->count; i++) {
		const struct function *function = &functions->entries[i];
		struct jitdump_inlined_function entry = { .name = text, .start_line = function->start_line };

		entry.file = text += length_of(function->name) + 1;
		text += length_of(function->file) + 1;
		put(output, &entry, sizeof(entry));
	}
}

static void put_places(struct output *output, const struct scope *scopes, uint32_t count, const char *address)
{
	uint32_t first = 0;

	for (uint32_t i = 0; i < count; i++) {
		put(output, &(struct jitdump_inlined_place){ scopes[i].end - address, first, scopes[i].depth },
		    sizeof(struct jitdump_inlined_place));
		first += scopes[i].depth;
	}
}

static void put_frames(struct output *output, struct functions *functions, const struct scope *scopes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < scopes[i].depth; k++) {
			uint32_t number = functions_find(functions, scopes[i].methods[k]);

			put(output,
			    &(struct jitdump_inlined_frame){
				    number, function_line(&functions->entries[number], scopes[i].bytecodes[k]) },
			    sizeof(struct jitdump_inlined_frame));
		}
}

void put_inlines(struct output *output, struct functions *functions, const struct scope *scopes, uint32_t count,
		 const char *address)
{
	struct jitdump_inlines header = { .address = (uint64_t)address, .functions = functions->count, .places = count };

	for (uint32_t i = 0; i < functions->count; i++)
		header.text_bytes += length_of(functions->entries[i].name) + length_of(functions->entries[i].file) + 2;
	for (uint32_t i = 0; i < count; i++)
		header.frames += scopes[i].depth;
	put_record(output, JITDUMP_INLINES,
		   sizeof(header) + header.functions * sizeof(struct jitdump_inlined_function) +
			   header.places * sizeof(struct jitdump_inlined_place) +
			   header.frames * sizeof(struct jitdump_inlined_frame) + header.text_bytes);
	put(output, &header, sizeof(header));
	put_functions(output, functions);
	put_places(output, scopes, count, address);
	put_frames(output, functions, scopes, count);
	put_texts(output, functions);
}

size_t most_record_bytes(uint64_t functions, uint64_t places, uint64_t frames)
{
	return 4096 + 2 * LONGEST_TEXT * (functions + 2) + functions * sizeof(struct jitdump_inlined_function) +
	       places * sizeof(struct jitdump_inlined_place) + frames * sizeof(struct jitdump_inlined_frame);
}
