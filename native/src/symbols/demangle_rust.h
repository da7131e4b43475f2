/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_DEMANGLE_RUST_H
#define PROFBOUND_DEMANGLE_RUST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Demangles Rust's v0 names (_R…) by the grammar of RFC 2603, without the hashes of crates, which change with every build.
 * Cut to `size` - 1 bytes. False when the name is not of that grammar.
 */
bool demangle_rust(char *out, size_t size, const char *name);

#endif
