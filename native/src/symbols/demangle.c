// SPDX-License-Identifier: Apache-2.0
#include "symbols/demangle.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "support/bounds.h"
#include "symbols/demangle_rust.h"

/*
 * What abi::__cxa_demangle() of libstdc++ calls. Used instead of it because output can be stopped: substitutions let a
 * hostile name of a kilobyte grow to any size.
 */
int __gcclibcxx_demangle_callback(const char *name, void (*take)(const char *, size_t, void *), void *argument);

static const char plt_suffix[] = "@plt";

struct output {
	char *text;
	size_t size;
	size_t used;
	jmp_buf full;
};

static void take(const char *text, size_t length, void *argument)
{
	struct output *output = argument;
	size_t room = output->size - 1 - output->used;

	if (length > room)
		length = room;
	memcpy(output->text + output->used, text, length);
	output->used += length;
	output->text[output->used] = '\0';
	if (length == room)
		longjmp(output->full, 1);
}

static bool demangle_cxx(char *out, size_t size, const char *name)
{
	struct output output = { .text = out, .size = size };

	if (setjmp(output.full))
		return true;
	out[0] = '\0';
	return __gcclibcxx_demangle_callback(name, take, &output) == 0;
}

/* Rust's legacy names end in ::h and 16 hexadecimal digits; they change with every build. */
static bool cut_rust_hash(char *name)
{
	char *hash = strrchr(name, ':');

	if (!hash || hash == name || hash[-1] != ':' || hash[1] != 'h' || strlen(hash + 2) != 16)
		return false;
	for (const char *digit = hash + 2; *digit; digit++) {
		if (!isxdigit((unsigned char)*digit) || isupper((unsigned char)*digit))
			return false;
	}
	hash[-1] = '\0';
	return true;
}

/* Characters that Rust's legacy mangling spells out. */
static void unescape_rust(char *name)
{
	static const struct {
		const char *escape;
		const char *text;
	} escapes[] = {
		{ "$LT$", "<" },   { "$GT$", ">" },   { "$RF$", "&" },	 { "$BP$", "*" },   { "$LP$", "(" },   { "$RP$", ")" },
		{ "$C$", "," },	   { "$SP$", "@" },   { "$u20$", " " },	 { "$u22$", "\"" }, { "$u27$", "'" },  { "$u2b$", "+" },
		{ "$u3b$", ";" },  { "$u5b$", "[" },  { "$u5d$", "]" },	 { "$u7b$", "{" },  { "$u7d$", "}" },  { "$u7e$", "~" },
		{ "$u3d$", "=" },  { "$u21$", "!" },  { "..", "::" },
	};
	char *out = name;

	for (const char *at = name; *at;) {
		const char *text = NULL;

		/* An underscore only keeps the part from beginning with an escape. */
		if (*at == '_' && at[1] == '$' && (at == name || at[-1] == ':')) {
			at++;
			continue;
		}
		for (size_t i = 0; i < sizeof(escapes) / sizeof(*escapes) && !text; i++) {
			if (strncmp(at, escapes[i].escape, strlen(escapes[i].escape)) == 0) {
				text = escapes[i].text;
				at += strlen(escapes[i].escape);
			}
		}
		if (!text) {
			*out++ = *at++;
			continue;
		}
		/* No text is longer than its escape. */
		memcpy(out, text, strlen(text));
		out += strlen(text);
	}
	*out = '\0';
}

/* Cuts what LLVM adds to functions it makes visible across modules: .llvm. and a number that changes with every build. */
static void cut_llvm_number(char *name)
{
	char *suffix = strstr(name, ".llvm.");

	if (suffix && strspn(suffix + 6, "0123456789") == strlen(suffix + 6))
		*suffix = '\0';
}

/* Cuts @plt off; false when it is not there. */
static bool cut_plt(char *name)
{
	char *at = strrchr(name, '@');

	if (!at || strcmp(at, plt_suffix) != 0)
		return false;
	*at = '\0';
	return true;
}

static void demangle_linkage_name(char *out, size_t size, const char *name)
{
	if (demangle_rust(out, size, name))
		return;
	if (strncmp(name, "_Z", 2) != 0 || !demangle_cxx(out, size, name))
		snprintf(out, size, "%s", name);
	else if (cut_rust_hash(out))
		unescape_rust(out);
}

void demangle(char *out, size_t size, const char *name)
{
	char mangled[MAX_NAME_BYTES + 1];
	bool is_plt;

	snprintf(mangled, sizeof(mangled), "%s", name);
	is_plt = cut_plt(mangled);
	cut_llvm_number(mangled);
	demangle_linkage_name(out, size, mangled);
	if (is_plt)
		snprintf(out + strlen(out), size - strlen(out), "%s", plt_suffix);
}
