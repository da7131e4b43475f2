// SPDX-License-Identifier: Apache-2.0
#include "symbols/inline_tree.h"

#include <dwarf.h>
#include <stdlib.h>

#include "support/bounds.h"
#include "support/fail.h"

struct inlined_call {
	/* Of its DIE. */
	uint64_t offset;
	/* The first call behind it that is not within it. */
	size_t next;
	size_t first_range;
	size_t range_count;
};

struct inline_tree {
	/* Each before those within it. */
	struct inlined_call *calls;
	size_t count;
	size_t capacity;
	struct address_ranges ranges;
	/* DIEs that were looked at. */
	size_t entries;
};

static void read_children(struct inline_tree *tree, Dwarf_Die *parent, unsigned depth);

static void add_call(struct inline_tree *tree, Dwarf_Die *die, unsigned depth)
{
	size_t number = tree->count, first = tree->ranges.count;

	if (tree->count == tree->capacity) {
		tree->capacity = tree->capacity ? tree->capacity * 2 : 16;
		tree->calls = must_resize(tree->calls, tree->capacity, sizeof(*tree->calls));
	}
	address_ranges_add(&tree->ranges, die, number);
	tree->calls[tree->count++] = (struct inlined_call){
		.offset = dwarf_dieoffset(die),
		.first_range = first,
		.range_count = tree->ranges.count - first,
	};
	read_children(tree, die, depth);
	tree->calls[number].next = tree->count;
}

static void read_children(struct inline_tree *tree, Dwarf_Die *parent, unsigned depth)
{
	Dwarf_Die die;

	if (depth == MAX_ENTRY_DEPTH || dwarf_child(parent, &die) != 0)
		return;
	do {
		if (tree->entries++ >= MAX_FUNCTION_ENTRIES)
			return;
		switch (dwarf_tag(&die)) {
		case DW_TAG_inlined_subroutine:
			add_call(tree, &die, depth + 1);
			break;
		case DW_TAG_lexical_block:
		case DW_TAG_try_block:
		case DW_TAG_catch_block:
		case DW_TAG_with_stmt:
			read_children(tree, &die, depth + 1);
			break;
		}
	} while (dwarf_siblingof(&die, &die) == 0);
}

struct inline_tree *inline_tree_read(Dwarf_Die *function)
{
	struct inline_tree *tree = must_allocate(1, sizeof(*tree));

	read_children(tree, function, 0);
	return tree;
}

static bool contains(const struct inline_tree *tree, const struct inlined_call *call, uint64_t address)
{
	for (size_t i = 0; i < call->range_count; i++) {
		const struct address_range *range = &tree->ranges.entries[call->first_range + i];

		if (address >= range->start && address < range->end)
			return true;
	}
	return false;
}

uint32_t inline_tree_find(const struct inline_tree *tree, uint64_t address, uint64_t *offsets, uint32_t limit)
{
	size_t at = 0, end = tree->count;
	uint32_t found = 0;

	while (at < end && found < limit) {
		const struct inlined_call *call = &tree->calls[at];

		if (!contains(tree, call, address)) {
			at = call->next;
			continue;
		}
		offsets[found++] = call->offset;
		end = call->next;
		at++;
	}
	return found;
}

void inline_tree_free(struct inline_tree *tree)
{
	if (!tree)
		return;
	free(tree->calls);
	free(tree->ranges.entries);
	free(tree);
}
