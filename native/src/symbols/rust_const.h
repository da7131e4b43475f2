/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_RUST_CONST_H
#define PROFBOUND_RUST_CONST_H

#include "symbols/rust_reader.h"

/* Puts out the constant of the basic type whose tag was read: an integer, a character, true or false. */
void rust_read_const(struct rust_reader *reader, char type);

#endif
