// SPDX-License-Identifier: Apache-2.0
/* What is made of names and paths: demangling, joining, roots. */
#include <stdlib.h>

#include "check.h"
#include "symbols/demangle.h"
#include "support/paths.h"
#include "symbols/roots.h"

static void demangles(void)
{
	static const char *const names[][2] = {
		{ "main", "main" },
		{ "", "" },
		{ "_Z", "_Z" },
		{ "_Znonsense", "_Znonsense" },
		{ "_ZN3foo3barEi", "foo::bar(int)" },
		{ "_ZNSt6vectorIiSaIiEE9push_backERKi", "std::vector<int, std::allocator<int> >::push_back(int const&)" },
		{ "_ZN3foo3barEv.constprop.0", "foo::bar() [clone .constprop.0]" },
		{ "_ZN4core3fmt5write17h0123456789abcdefE", "core::fmt::write" },
		{ "_ZN60_$LT$alloc..string..String$u20$as$u20$core..clone..Clone$GT$5clone17hfedcba9876543210E",
		  "<alloc::string::String as core::clone::Clone>::clone" },
		{ "_ZN3std2rt4main17h0123456789abcdefE.llvm.1824922379696635200", "std::rt::main" },
		{ "local.llvm.77", "local" },
		{ "local.llvm.x", "local.llvm.x" },
		{ "_Znwm@plt", "operator new(unsigned long)@plt" },
		{ "memcpy@plt", "memcpy@plt" },
		/* No hash, so not Rust. */
		{ "_ZN1a17h0123456789abcdeXE", "a::h0123456789abcdeX" },
		{ "_RNvCs1234_7mycrate3foo", "_RNvCs1234_7mycrate3foo" },
	};
	char out[256];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		demangle(out, sizeof(out), names[i][0]);
		CHECK_TEXT(out, names[i][1]);
	}
}

/* Each template argument repeats the one before twice: 40 of them would be a terabyte of text. */
static void bounds_names_that_explode(void)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char name[4096] = "_Z1fI1aS_", out[1024];

	for (int i = 0; i < 36; i++)
		snprintf(name + strlen(name), sizeof(name) - strlen(name), "1pIS%c_S%c_E", digits[i], digits[i]);
	snprintf(name + strlen(name), sizeof(name) - strlen(name), "EvS_");
	demangle(out, sizeof(out), name);
	CHECK(strlen(out) < sizeof(out));
	/* A cut name is cut at the buffer's end. */
	demangle(out, 6, "_ZN3foo3barEi");
	CHECK_TEXT(out, "foo::");
}

static void joins_paths(void)
{
	static const char *const paths[][3] = {
		{ "/src", "a.c", "/src/a.c" },
		{ "/src/", "./x/../a.c", "/src/a.c" },
		{ "/src", "/other//b.c", "/other/b.c" },
		{ "/src/build", "../../lib/c.c", "/lib/c.c" },
		{ "/src", "../../../etc/d.c", "/etc/d.c" },
		{ ".", "./lp.c", "lp.c" },
		{ "", "../../e.c", "../../e.c" },
		{ "a/b", "../../../e.c", "../e.c" },
		{ "", "", "" },
	};
	char out[64];

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		path_join(out, sizeof(out), paths[i][0], paths[i][1]);
		CHECK_TEXT(out, paths[i][2]);
	}
	path_join(out, 8, "/12345", "678");
	CHECK_TEXT(out, "/12345");
	CHECK_TEXT(path_base("/usr/lib/libc.so.6"), "libc.so.6");
	CHECK_TEXT(path_base("libc.so.6"), "libc.so.6");
}

static void knows_roots(void)
{
	CHECK(is_root_function("_start"));
	CHECK(is_root_function("runtime.goexit"));
	CHECK(is_root_function("runtime.goexit.abi0"));
	CHECK(!is_root_function("main"));
	CHECK(!is_root_function("_start.cold"));
	CHECK(!is_root_function(".abi0"));
	CHECK(!is_root_function(""));
}

int main(void)
{
	demangles();
	bounds_names_that_explode();
	joins_paths();
	knows_roots();
	return check_report("names");
}
