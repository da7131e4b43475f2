/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The DWARF library takes a text from where it is said to begin, and measures it without looking where its section ends.
 * A section whose last byte is not NUL is therefore given to it as a copy with one behind.
 *
 * Sections that are packed are unpacked here, too: what the ELF library takes for that is much of what a capture costs.
 */
#ifndef PROFBOUND_DWARF_STRINGS_H
#define PROFBOUND_DWARF_STRINGS_H

#include <libelf.h>
#include <stdbool.h>

/* Sections that are read. Four can hold texts; those in .debug_line are looked at to their end. */
#define DWARF_SECTIONS 10

struct dwarf_strings {
	char *copies[DWARF_SECTIONS];
};

/*
 * To be called before the library sees `elf`; the copies must live as long as it uses them. False when it must not see
 * it: sections in the packed form of old (.zdebug_…) are unpacked where no copy can take their place.
 */
bool dwarf_strings_terminate(struct dwarf_strings *strings, Elf *elf);

void dwarf_strings_free(struct dwarf_strings *strings);

#endif
