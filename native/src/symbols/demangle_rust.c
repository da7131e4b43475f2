// SPDX-License-Identifier: Apache-2.0
#include "symbols/demangle_rust.h"

#include <stdint.h>
#include <string.h>

#include "symbols/rust_const.h"
#include "symbols/rust_reader.h"

static void read_path(struct rust_reader *reader, bool is_type);
static void read_type(struct rust_reader *reader);

/* Reads again, by `read`, what an earlier place says; nothing would be put out if silent, and that could take for ever. */
static void follow_reference(struct rust_reader *reader, void (*read)(struct rust_reader *reader, bool is_type), bool is_type)
{
	size_t from = reader->at - 1, to = rust_read_base62(reader), behind = reader->at;

	if (to >= from)
		reader->is_broken = true;
	if (reader->is_broken || reader->is_silent)
		return;
	reader->at = to;
	read(reader, is_type);
	reader->at = behind;
}

/* for<'a, 'b>, whose lifetimes hold until the caller puts the count back. */
static void read_binder(struct rust_reader *reader)
{
	uint64_t count = rust_read_optional(reader, 'G');

	if (count == 0)
		return;
	/* Each is referred to by at least one byte. */
	if (count > reader->length) {
		reader->is_broken = true;
		return;
	}
	rust_put_text(reader, "for<");
	for (uint64_t i = 0; i < count; i++) {
		reader->lifetimes++;
		rust_put_text(reader, i ? ", " : "");
		rust_put_lifetime(reader, 1);
	}
	rust_put_text(reader, "> ");
}

static void read_const(struct rust_reader *reader, bool is_type)
{
	char type;

	if (!rust_enter(reader))
		return;
	type = rust_next(reader);
	if (type == 'p')
		rust_put_text(reader, "_");
	else if (type == 'B')
		follow_reference(reader, read_const, is_type);
	else
		rust_read_const(reader, type);
	reader->depth--;
}

static void read_generic_argument(struct rust_reader *reader)
{
	if (rust_skip(reader, 'L'))
		rust_put_lifetime(reader, rust_read_base62(reader));
	else if (rust_skip(reader, 'K'))
		read_const(reader, false);
	else
		read_type(reader);
}

/* Arguments up to E. */
static void read_arguments(struct rust_reader *reader)
{
	for (bool is_first = true; !reader->is_broken && !rust_skip(reader, 'E'); is_first = false) {
		if (reader->used == reader->size - 1) {
			reader->is_broken = reader->is_broken || reader->is_silent;
			return;
		}
		rust_put_text(reader, is_first ? "" : ", ");
		read_generic_argument(reader);
	}
}

/* The path to an impl block, which says nothing that its type does not. */
static void skip_impl_path(struct rust_reader *reader)
{
	bool was_silent = reader->is_silent;

	reader->is_silent = true;
	rust_read_optional(reader, 's');
	read_path(reader, false);
	reader->is_silent = was_silent;
}

static void read_nested(struct rust_reader *reader, bool is_type)
{
	char namespace = rust_next(reader);
	struct rust_identifier identifier;

	read_path(reader, is_type);
	identifier = rust_read_identifier(reader);
	if (namespace >= 'a' && namespace <= 'z') {
		if (identifier.length)
			rust_put_text(reader, "::");
		rust_put_identifier(reader, &identifier);
		return;
	}
	if (namespace < 'A' || namespace > 'Z')
		reader->is_broken = true;
	rust_put_text(reader, "::{");
	if (namespace == 'C')
		rust_put_text(reader, "closure");
	else if (namespace == 'S')
		rust_put_text(reader, "shim");
	else
		rust_put(reader, &namespace, 1);
	if (identifier.length) {
		rust_put_text(reader, ":");
		rust_put_identifier(reader, &identifier);
	}
	rust_put_text(reader, "#");
	rust_put_number(reader, identifier.disambiguator);
	rust_put_text(reader, "}");
}

/* A path, and whether its arguments are left open for bindings to be added to them. */
static bool read_open_path(struct rust_reader *reader, bool is_type, bool leave_open)
{
	struct rust_identifier identifier;
	bool is_open = false;

	if (!rust_enter(reader))
		return false;
	switch (rust_next(reader)) {
	case 'C':
		identifier = rust_read_identifier(reader);
		rust_put_identifier(reader, &identifier);
		break;
	case 'M':
		skip_impl_path(reader);
		rust_put_text(reader, "<");
		read_type(reader);
		rust_put_text(reader, ">");
		break;
	case 'X':
		skip_impl_path(reader);
		/* fall through */
	case 'Y':
		rust_put_text(reader, "<");
		read_type(reader);
		rust_put_text(reader, " as ");
		read_path(reader, true);
		rust_put_text(reader, ">");
		break;
	case 'N':
		read_nested(reader, is_type);
		break;
	case 'I':
		read_path(reader, is_type);
		rust_put_text(reader, is_type ? "<" : "::<");
		read_arguments(reader);
		is_open = leave_open;
		rust_put_text(reader, is_open ? "" : ">");
		break;
	case 'B':
		follow_reference(reader, read_path, is_type);
		break;
	default:
		reader->is_broken = true;
	}
	reader->depth--;
	return is_open;
}

static void read_path(struct rust_reader *reader, bool is_type)
{
	read_open_path(reader, is_type, false);
}

static const char *basic_type(char tag)
{
	static const char *const names[] = { "i8",   "bool", "char", "f64", "str", "f32", NULL,	 "u8",	"isize",
					     "usize", NULL,  "i32",  "u32", "i128", "u128", "_",  NULL, NULL,
					     "i16",  "u16",  "()",   "...", NULL,  "i64", "u64", "!" };

	return tag >= 'a' && tag <= 'z' ? names[tag - 'a'] : NULL;
}

static void read_function_type(struct rust_reader *reader)
{
	uint64_t lifetimes = reader->lifetimes;

	read_binder(reader);
	if (rust_skip(reader, 'U'))
		rust_put_text(reader, "unsafe ");
	if (rust_skip(reader, 'K')) {
		rust_put_text(reader, "extern \"");
		if (rust_skip(reader, 'C')) {
			rust_put_text(reader, "C");
		} else {
			struct rust_identifier abi = rust_read_plain_identifier(reader);

			for (size_t i = 0; i < abi.length; i++)
				rust_put(reader, abi.text[i] == '_' ? "-" : abi.text + i, 1);
		}
		rust_put_text(reader, "\" ");
	}
	rust_put_text(reader, "fn(");
	read_arguments(reader);
	rust_put_text(reader, ")");
	if (!rust_skip(reader, 'u')) {
		rust_put_text(reader, " -> ");
		read_type(reader);
	}
	reader->lifetimes = lifetimes;
}

static void read_dyn_trait(struct rust_reader *reader)
{
	bool is_open = read_open_path(reader, true, true);

	while (rust_skip(reader, 'p')) {
		struct rust_identifier name;

		rust_put_text(reader, is_open ? ", " : "<");
		is_open = true;
		name = rust_read_plain_identifier(reader);
		rust_put_identifier(reader, &name);
		rust_put_text(reader, " = ");
		read_type(reader);
	}
	rust_put_text(reader, is_open ? ">" : "");
}

static void read_dyn_type(struct rust_reader *reader)
{
	uint64_t lifetimes = reader->lifetimes, lifetime;

	rust_put_text(reader, "dyn ");
	read_binder(reader);
	for (bool is_first = true; !reader->is_broken && !rust_skip(reader, 'E') && reader->used < reader->size - 1;
	     is_first = false) {
		rust_put_text(reader, is_first ? "" : " + ");
		read_dyn_trait(reader);
	}
	reader->lifetimes = lifetimes;
	if (!rust_skip(reader, 'L')) {
		reader->is_broken |= reader->used < reader->size - 1;
		return;
	}
	lifetime = rust_read_base62(reader);
	if (lifetime) {
		rust_put_text(reader, " + ");
		rust_put_lifetime(reader, lifetime);
	}
}

static void read_reference(struct rust_reader *reader, const char *kind)
{
	rust_put_text(reader, "&");
	if (rust_skip(reader, 'L')) {
		uint64_t lifetime = rust_read_base62(reader);

		if (lifetime) {
			rust_put_lifetime(reader, lifetime);
			rust_put_text(reader, " ");
		}
	}
	rust_put_text(reader, kind);
	read_type(reader);
}

static void read_tuple(struct rust_reader *reader)
{
	size_t before = reader->at;

	rust_put_text(reader, "(");
	read_type(reader);
	if (rust_skip(reader, 'E')) {
		rust_put_text(reader, ",)");
		return;
	}
	reader->is_broken |= before == reader->at;
	rust_put_text(reader, ", ");
	read_arguments(reader);
	rust_put_text(reader, ")");
}

static void read_type_again(struct rust_reader *reader, bool is_type)
{
	read_type(reader);
}

static void read_type(struct rust_reader *reader)
{
	char tag = rust_peek(reader);

	if (!rust_enter(reader))
		return;
	reader->at++;
	if (basic_type(tag)) {
		rust_put_text(reader, basic_type(tag));
	} else if (tag == 'A' || tag == 'S') {
		rust_put_text(reader, "[");
		read_type(reader);
		if (tag == 'A') {
			rust_put_text(reader, "; ");
			read_const(reader, false);
		}
		rust_put_text(reader, "]");
	} else if (tag == 'T') {
		read_tuple(reader);
	} else if (tag == 'R') {
		read_reference(reader, "");
	} else if (tag == 'Q') {
		read_reference(reader, "mut ");
	} else if (tag == 'P' || tag == 'O') {
		rust_put_text(reader, tag == 'P' ? "*const " : "*mut ");
		read_type(reader);
	} else if (tag == 'F') {
		read_function_type(reader);
	} else if (tag == 'D') {
		read_dyn_type(reader);
	} else if (tag == 'B') {
		follow_reference(reader, read_type_again, true);
	} else {
		reader->at--;
		read_path(reader, true);
	}
	reader->depth--;
}

bool demangle_rust(char *out, size_t size, const char *name)
{
	struct rust_reader reader = { .text = name + 2, .out = out, .size = size };

	if (strncmp(name, "_R", 2) != 0 || size < 2)
		return false;
	out[0] = '\0';
	reader.length = strcspn(reader.text, ".$");
	read_path(&reader, false);
	/* The crate that asked for this instance of a generic function. */
	reader.is_silent = true;
	if (!reader.is_broken && reader.used < size - 1 && reader.at < reader.length)
		read_path(&reader, false);
	if (reader.is_broken || (reader.used < size - 1 && reader.at < reader.length))
		return false;
	/* What compilers add: which part, or which copy. */
	reader.is_silent = false;
	rust_put_text(&reader, reader.text + reader.length);
	return true;
}
