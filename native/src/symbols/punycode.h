/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_PUNYCODE_H
#define PROFBOUND_PUNYCODE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Decodes an identifier by RFC 3492, as Rust writes it: the delimiter is an underscore, digits are lower case. UTF-8, at
 * most 128 characters; false when it is not well-formed or does not fit.
 */
bool punycode_decode(char *out, size_t size, const char *text, size_t length);

#endif
