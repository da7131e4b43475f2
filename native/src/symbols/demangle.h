/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_DEMANGLE_H
#define PROFBOUND_DEMANGLE_H

#include <stddef.h>

/*
 * The name a person would write: C++ and Rust's names demangled; Rust's hashes and LLVM's module number, which
 * change with every build, taken off; any other name as it is. Cut to `size` - 1 bytes.
 */
void demangle(char *out, size_t size, const char *name);

#endif
