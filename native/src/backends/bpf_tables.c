// SPDX-License-Identifier: Apache-2.0
#include "backends/bpf_tables.h"

#include <bpf/bpf.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/fail.h"

#define RULE_BYTES (UNWIND_RULES * sizeof(struct unwind_rule))
#define PAGE_BYTES (UNWIND_PAGES * sizeof(struct unwind_page))
#define CHUNK_BYTES (UNWIND_CHUNK_ROWS * sizeof(struct unwind_row))
#define GROUPS (UNWIND_SPACES / UNWIND_SPACE_GROUP)
#define GROUP_BYTES (UNWIND_SPACE_GROUP * sizeof(struct unwind_space))

struct bpf_tables {
	struct bpf_table_maps maps;
	struct unwind_rule *rules;
	struct unwind_page *pages;
	struct unwind_row *chunks[UNWIND_CHUNKS];
	struct unwind_space *groups[GROUPS];
	/* How often a space was filled. */
	uint32_t fills;
	struct store *store;
};

/* A map's values as memory; NULL when that cannot be. */
static void *map_values(int fd, size_t bytes)
{
	void *values = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return values == MAP_FAILED ? NULL : values;
}

/* Makes an array for place `number` of the map of maps `outer`; its values as memory, or NULL. */
static void *new_array(int outer, uint32_t number, const char *name, uint32_t value_bytes, uint32_t count)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(uint32_t), value_bytes, count, &options);
	void *values = NULL;

	if (fd < 0)
		return NULL;
	if (bpf_map_update_elem(outer, &number, &fd, BPF_ANY) == 0)
		values = map_values(fd, (size_t)value_bytes * count);
	/* The map of maps holds it. */
	close(fd);
	return values;
}

static struct unwind_row *new_chunk(void *context, uint32_t number)
{
	struct bpf_tables *tables = context;

	if (number >= UNWIND_CHUNKS)
		return NULL;
	tables->chunks[number] = new_array(tables->maps.chunks, number, "chunk", CHUNK_BYTES, 1);
	return tables->chunks[number];
}

struct bpf_tables *bpf_tables_new(const struct bpf_table_maps *maps)
{
	struct bpf_tables *tables = must_allocate(1, sizeof(*tables));
	struct store_memory memory = { .new_chunk = new_chunk, .context = tables };

	tables->maps = *maps;
	memory.rules = tables->rules = map_values(maps->rules, RULE_BYTES);
	memory.pages = tables->pages = map_values(maps->pages, PAGE_BYTES);
	if (!memory.rules || !memory.pages) {
		bpf_tables_free(tables);
		return NULL;
	}
	tables->store = store_new(&memory);
	return tables;
}

struct store *bpf_tables_store(const struct bpf_tables *tables)
{
	return tables->store;
}

static void fill(void *context, uint32_t number, const struct unwind_space *space)
{
	struct bpf_tables *tables = context;
	struct unwind_space **group = &tables->groups[number / UNWIND_SPACE_GROUP];

	/* Where there is no memory for it, its processes are unwound in user mode. */
	if (!*group)
		*group = new_array(tables->maps.spaces, number / UNWIND_SPACE_GROUP, "spaces", sizeof(*space), UNWIND_SPACE_GROUP);
	if (!*group)
		return;
	(*group)[number % UNWIND_SPACE_GROUP] = *space;
	(*group)[number % UNWIND_SPACE_GROUP].serial = ++tables->fills;
}

static void assign(void *context, pid_t pid, int64_t number)
{
	const struct bpf_tables *tables = context;
	uint32_t tgid = pid, value = number;

	if (number < 0)
		bpf_map_delete_elem(tables->maps.space_of, &tgid);
	else
		bpf_map_update_elem(tables->maps.space_of, &tgid, &value, BPF_ANY);
	__atomic_add_fetch(tables->maps.space_changes, 1, __ATOMIC_RELEASE);
	/* Whatever was missing may be there now: copies are worth their cost again. */
	bpf_map_delete_elem(tables->maps.copies_of, &tgid);
}

struct spaces_output bpf_tables_output(struct bpf_tables *tables)
{
	return (struct spaces_output){ .fill = fill, .assign = assign, .context = tables };
}

void bpf_tables_free(struct bpf_tables *tables)
{
	if (!tables)
		return;
	store_free(tables->store);
	for (uint32_t i = 0; i < UNWIND_CHUNKS; i++) {
		if (tables->chunks[i])
			munmap(tables->chunks[i], CHUNK_BYTES);
	}
	for (uint32_t i = 0; i < GROUPS; i++) {
		if (tables->groups[i])
			munmap(tables->groups[i], GROUP_BYTES);
	}
	if (tables->rules)
		munmap(tables->rules, RULE_BYTES);
	if (tables->pages)
		munmap(tables->pages, PAGE_BYTES);
	free(tables);
}
