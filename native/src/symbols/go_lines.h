/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_GO_LINES_H
#define PROFBOUND_GO_LINES_H

#include "symbols/go_pclntab.h"
#include "symbols/source_lines.h"

/* What runs at a linked address of a Go program; false when it is none of its functions. */
bool go_lines_find(const struct go_pclntab *pclntab, uint64_t address, struct source_lines *lines);

#endif
