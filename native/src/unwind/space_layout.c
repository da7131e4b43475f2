// SPDX-License-Identifier: Apache-2.0
#include "unwind/space_layout.h"

#include <string.h>
#include <unistd.h>

/* Behind all memory of a process but the vsyscall page, and positive as a signed number: the kernel's search compares those. */
#define NOWHERE ((uint64_t)INT64_MAX)

/* The address at which the first byte of the mapping is linked; false when the file has no code there. */
static bool linked_address(const struct elf_image *layout, const struct mapping *mapping, uint64_t *address)
{
	uint64_t page = sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < layout->segment_count; i++) {
		const struct elf_segment *segment = &layout->segments[i];

		/* A segment is mapped from the beginning of its first page on. */
		if (mapping->offset < (segment->offset & ~(page - 1)) || mapping->offset >= segment->offset + segment->size)
			continue;
		*address = segment->address - segment->offset + mapping->offset;
		return true;
	}
	return false;
}

static void place_table(struct unwind_mapping *placed, const struct mapping *mapping, const struct object_table *table)
{
	uint64_t linked;

	if (!table || !table->is_stored || !linked_address(&table->layout, mapping, &linked))
		return;
	placed->base = mapping->start - linked;
	placed->first_page = table->place.first_page;
	placed->page_limit = table->place.page_limit;
}

bool space_lay_out(struct unwind_space *space, const struct mappings *mappings, table_of *find, void *context)
{
	bool fits = true;

	memset(space, 0, sizeof(*space));
	for (size_t i = 0; i < mappings->count; i++) {
		const struct mapping *mapping = &mappings->entries[i];
		struct unwind_mapping placed = { .start = mapping->start, .end = mapping->end };
		struct unwind_mapping *last = space->count ? &space->mappings[space->count - 1] : NULL;

		if (mapping->end > NOWHERE)
			break;
		place_table(&placed, mapping, find(context, mapping->object));
		if (last && !last->page_limit && !placed.page_limit)
			last->end = placed.end;
		else if (space->count < UNWIND_MAPPINGS)
			space->mappings[space->count++] = placed;
		else
			fits = false;
	}
	for (uint32_t i = space->count; i < UNWIND_MAPPINGS; i++)
		space->mappings[i].start = space->mappings[i].end = NOWHERE;
	return fits;
}
