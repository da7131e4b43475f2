/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that were inlined into one function, by DWARF. */
#ifndef PROFBOUND_INLINE_TREE_H
#define PROFBOUND_INLINE_TREE_H

#include "symbols/dwarf_units.h"

struct inline_tree;

/* Reads the tree of the function whose DIE is given. */
struct inline_tree *inline_tree_read(Dwarf_Die *function);

/*
 * Offsets of the DIEs of the calls that `address` lies in, outermost first, `limit` at most; the value is how many there
 * are.
 */
uint32_t inline_tree_find(const struct inline_tree *tree, uint64_t address, uint64_t *offsets, uint32_t limit);

void inline_tree_free(struct inline_tree *tree);

#endif
