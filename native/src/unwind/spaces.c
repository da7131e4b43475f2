// SPDX-License-Identifier: Apache-2.0
#include "unwind/spaces.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "support/fail.h"
#include "unwind/space_layout.h"

/* A place for a space. */
struct slot {
	struct unwind_space *space;
	/* Processes that have it. */
	uint32_t users;
};

struct spaces {
	const struct objects *objects;
	struct builder *builder;
	struct store *store;
	struct spaces_output output;
	/* By object number. */
	struct object_table *tables;
	uint32_t table_count;
	struct slot slots[UNWIND_SPACES];
	/* Where the search for a free slot goes on: one that was given up is used again as late as possible, for a program
	 * may still be reading it. */
	uint32_t next_slot;
	struct interner pids;
	/* For each of `pids` its slot, or -1. */
	int64_t *pid_slots;
	struct spaces_counts counts;
};

struct spaces *spaces_new(const struct objects *objects, struct builder *builder, struct store *store,
			  const struct spaces_output *output)
{
	struct spaces *spaces = must_allocate(1, sizeof(*spaces));

	spaces->objects = objects;
	spaces->builder = builder;
	spaces->store = store;
	spaces->output = *output;
	return spaces;
}

/* The vDSO is the same in all processes; this one's is at hand. */
static bool read_vdso(struct elf_image *layout, struct table *table)
{
	const void *vdso = (const void *)getauxval(AT_SYSINFO_EHDR);

	return vdso && elf_image_open_memory(layout, vdso) && table_read(table, layout->elf);
}

static bool read_table(struct spaces *spaces, const struct object *object, struct elf_image *layout, struct table *table)
{
	if (object->kind == OBJECT_VDSO)
		return read_vdso(layout, table);
	if (spaces->builder) {
		size_t before = builder_failures(spaces->builder);
		bool has_table = builder_table(spaces->builder, object->fd, layout, table);

		if (builder_failures(spaces->builder) > before) {
			spaces->counts.unread++;
			spaces->counts.unread_path = object->path;
		}
		return has_table;
	}
	return elf_image_open(layout, object->fd) && table_read(table, layout->elf);
}

static void build_table(struct spaces *spaces, const struct object *object, struct object_table *built)
{
	struct table table = { 0 };

	built->is_known = true;
	if (read_table(spaces, object, &built->layout, &table)) {
		built->is_stored = store_add(spaces->store, &table, &built->place);
		spaces->counts.too_many_rows += !built->is_stored;
	}
	table_free(&table);
}

static const struct object_table *find_table(void *context, uint32_t number)
{
	struct spaces *spaces = context;
	const struct object *object = &spaces->objects->entries[number];

	if (number >= spaces->table_count) {
		uint32_t before = spaces->table_count;

		spaces->table_count = spaces->objects->count;
		spaces->tables = must_resize(spaces->tables, spaces->table_count, sizeof(*spaces->tables));
		memset(spaces->tables + before, 0, (spaces->table_count - before) * sizeof(*spaces->tables));
	}
	/* A file that could not be opened may be, at the sight of another process that maps it. */
	if (!spaces->tables[number].is_known && (object->kind == OBJECT_VDSO || object->fd >= 0) &&
	    object->kind != OBJECT_GENERATED)
		build_table(spaces, object, &spaces->tables[number]);
	return &spaces->tables[number];
}

/* The slot with this very space, even if nobody has it any more, or a free one that is filled with it; -1 when all are taken. */
static int64_t take_slot(struct spaces *spaces, const struct unwind_space *space)
{
	for (uint32_t i = 0; i < UNWIND_SPACES; i++) {
		if (spaces->slots[i].space && memcmp(spaces->slots[i].space, space, sizeof(*space)) == 0)
			return i;
	}
	for (uint32_t i = 0; i < UNWIND_SPACES; i++) {
		uint32_t number = (spaces->next_slot + i) % UNWIND_SPACES;
		struct slot *slot = &spaces->slots[number];

		if (slot->users)
			continue;
		spaces->next_slot = number + 1;
		if (!slot->space)
			slot->space = must_allocate(1, sizeof(*slot->space));
		*slot->space = *space;
		spaces->output.fill(spaces->output.context, number, space);
		return number;
	}
	return -1;
}

/* Where the slot of `pid` is noted. */
static int64_t *pid_slot(struct spaces *spaces, pid_t pid)
{
	bool is_new;
	uint32_t index = interner_add(&spaces->pids, &pid, sizeof(pid), &is_new);

	if (is_new) {
		spaces->pid_slots = must_resize(spaces->pid_slots, index + 1, sizeof(*spaces->pid_slots));
		spaces->pid_slots[index] = -1;
	}
	return &spaces->pid_slots[index];
}

void spaces_change(void *context, const struct process_change *change)
{
	struct spaces *spaces = context;
	int64_t *noted = pid_slot(spaces, change->pid), before = *noted, number = -1;
	struct unwind_space space;

	if (change->mappings && change->mappings->count) {
		if (!space_lay_out(&space, change->mappings, find_table, spaces))
			spaces->counts.too_many_mappings++;
		else if ((number = take_slot(spaces, &space)) < 0)
			spaces->counts.too_many_processes++;
	}
	/* First the space, then who has it, and only then may the old one be used again. */
	spaces->output.assign(spaces->output.context, change->pid, number);
	if (number >= 0)
		spaces->slots[number].users++;
	if (before >= 0)
		spaces->slots[before].users--;
	*noted = number;
}

const struct unwind_space *spaces_of(const struct spaces *spaces, pid_t pid)
{
	uint32_t index;

	if (!interner_find(&spaces->pids, &pid, sizeof(pid), &index) || spaces->pid_slots[index] < 0)
		return NULL;
	return spaces->slots[spaces->pid_slots[index]].space;
}

const struct spaces_counts *spaces_counts(const struct spaces *spaces)
{
	return &spaces->counts;
}

void spaces_free(struct spaces *spaces)
{
	if (!spaces)
		return;
	for (uint32_t i = 0; i < spaces->table_count; i++)
		elf_image_close(&spaces->tables[i].layout);
	for (uint32_t i = 0; i < UNWIND_SPACES; i++)
		free(spaces->slots[i].space);
	free(spaces->tables);
	free(spaces->pid_slots);
	interner_free(&spaces->pids);
	free(spaces);
}
