/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_ELF_SYMBOLS_H
#define PROFBOUND_ELF_SYMBOLS_H

#include <libelf.h>

#include "symbols/symbols.h"

/*
 * Adds the functions of an ELF file's .symtab, .dynsym and PLT (as name@plt), by the addresses they are linked at.
 * The caller sorts. What is damaged is left out.
 */
void elf_symbols_read(struct symbols *symbols, Elf *elf);

#endif
