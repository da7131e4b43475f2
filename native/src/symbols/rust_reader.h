/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the elements of Rust's v0 names (RFC 2603) one by one, and puts out what they stand for. */
#ifndef PROFBOUND_RUST_READER_H
#define PROFBOUND_RUST_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rust_reader {
	/* Behind _R: what back references count from. */
	const char *text;
	size_t length;
	size_t at;
	char *out;
	size_t size;
	size_t used;
	unsigned depth;
	unsigned steps;
	/* Lifetimes that surrounding binders have introduced. */
	uint64_t lifetimes;
	/* Read on without output. */
	bool is_silent;
	bool is_broken;
};

struct rust_identifier {
	const char *text;
	size_t length;
	uint64_t disambiguator;
	bool is_punycode;
};

/* Puts out text, up to where there is room; nothing while silent. */
void rust_put(struct rust_reader *reader, const char *text, size_t length);
void rust_put_text(struct rust_reader *reader, const char *text);
void rust_put_number(struct rust_reader *reader, uint64_t number);
void rust_put_identifier(struct rust_reader *reader, const struct rust_identifier *identifier);

/* A lifetime by how many binders' lifetimes it lies back, the nearest being 1; 0 is one that was erased. */
void rust_put_lifetime(struct rust_reader *reader, uint64_t index);

/* The next character, 0 at the end; skip() goes on if it is the expected one, next() in any case. */
char rust_peek(const struct rust_reader *reader);
bool rust_skip(struct rust_reader *reader, char expected);
char rust_next(struct rust_reader *reader);

/* Nothing but "_" is 0, else one more than the digits say. */
uint64_t rust_read_base62(struct rust_reader *reader);

/* The number behind `tag`, one more than it says; 0 without the tag. */
uint64_t rust_read_optional(struct rust_reader *reader, char tag);

/* Without and with a disambiguator before it. */
struct rust_identifier rust_read_plain_identifier(struct rust_reader *reader);
struct rust_identifier rust_read_identifier(struct rust_reader *reader);

/* Goes one level deeper; false where the name nests too deep, takes too long, is broken or fills the output. */
bool rust_enter(struct rust_reader *reader);

#endif
