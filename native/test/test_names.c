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
	};
	char out[256];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		demangle(out, sizeof(out), names[i][0]);
		CHECK_TEXT(out, names[i][1]);
	}
}

/* As rustc wrote them; what they stand for by RFC 2603. */
static void demangles_rust(void)
{
	static const char *const names[][2] = {
		{ "_RNvCs1234_7mycrate3foo", "mycrate::foo" },
		{ "_RINvCs6xxl1lAjzDf_1a3appNCNvB2_4mains_0EB2_",
		  "a::app::<a::main::{closure#1}>" },
		{ "_RINvCs6xxl1lAjzDf_1a3arrKj3_Kb1_Kcdf_Kln5_EB2_",
		  "a::arr::<3, true, '\\u{df}', -5>" },
		{ "_RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtCslNYArtu3iFV_5alloc5boxed3BoxDNtNtB4_3any3AnyNtNtB4_6marker4SendEL_EECs6xxl1lAjzDf_1a",
		  "core::ptr::drop_in_place::<alloc::boxed::Box<dyn core::any::Any + core::marker::Send>>" },
		{ "_RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtCslNYArtu3iFV_5alloc5boxed3BoxDINtNtNtB4_3ops8function6FnOnceuEp6OutputuNtNtB4_6marker4SendEL_EECs6xxl1lAjzDf_1a",
		  "core::ptr::drop_in_place::<alloc::boxed::Box<dyn core::ops::function::FnOnce<(), Output = ()> + core::marker::Send>>" },
		{ "_RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNvNtCsjrHSEGnQ3l9_3std2io17default_write_fmt7AdapterINtNtBL_6cursor6CursorQShEEEBN_",
		  "core::ptr::drop_in_place::<std::io::default_write_fmt::Adapter<std::io::cursor::Cursor<&mut [u8]>>>" },
		{ "_RNSNvYNCINvNtCsjrHSEGnQ3l9_3std2rt10lang_startuE0INtNtNtCsgEmfK2I1SDS_4core3ops8function6FnOnceuE9call_once6vtableCs6xxl1lAjzDf_1a",
		  "<std::rt::lang_start<()>::{closure#0} as core::ops::function::FnOnce<()>>::call_once::{shim:vtable#0}" },
		{ "_RNvMs3_NtCslNYArtu3iFV_5alloc7raw_vecINtB5_6RawVecPaE8grow_oneCsjrHSEGnQ3l9_3std",
		  "<alloc::raw_vec::RawVec<*const i8>>::grow_one" },
		{ "_RINvNtNtCsjrHSEGnQ3l9_3std3sys9backtrace26___rust_end_short_backtraceNCNvNtB6_5alloc8rust_oom0zEB6_",
		  "std::sys::backtrace::__rust_end_short_backtrace::<std::alloc::rust_oom::{closure#0}, !>" },
		{ "_RNvXNtNtCsjrHSEGnQ3l9_3std2io5errorNtB2_5ErrorNtNtCsgEmfK2I1SDS_4core3fmt5Debug3fmt",
		  "<std::io::error::Error as core::fmt::Debug>::fmt" },
		{ "_RNvC1a3foo.llvm.1824922379696635200", "a::foo" },
		{ "_RNvC1a3foo.cold", "a::foo.cold" },
		{ "_RNvCs_1au8gdel_5qa", "a::g\xc3\xb6" "del" },
		{ "_RNvC1au3_oa", "_RNvC1au3_oa" },
		{ "_RINvC1a1fFG_RL0_hEuE", "a::f::<for<'a> fn(&'a u8)>" },
		{ "_RINvC1a1fKlna_Kb1_Kc41_Kj0_E", "a::f::<-10, true, 'A', 0>" },
		/* Not of the grammar: cut, behind its end, a reference to itself, one forwards, a lifetime that nothing binds. */
		{ "_R", "_R" },
		{ "_RNvC1a", "_RNvC1a" },
		{ "_RNvC1a9foo", "_RNvC1a9foo" },
		{ "_RNvB9_3foo", "_RNvB9_3foo" },
		{ "_RINvC1a1fRL0_hE", "_RINvC1a1fRL0_hE" },
		{ "_RNvC1a3foo!", "_RNvC1a3foo!" },
	};
	char out[512];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		demangle(out, sizeof(out), names[i][0]);
		CHECK_TEXT(out, names[i][1]);
	}
	demangle(out, 6, "_RNvCs1234_7mycrate3foo");
	CHECK_TEXT(out, "mycra");
}

/* The number of an earlier place, as back references have it. */
static void append_reference(char *name, size_t place)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t used = strlen(name);

	name[used++] = 'B';
	if (place > 62)
		name[used++] = digits[(place - 1) / 62];
	name[used++] = digits[(place - 1) % 62];
	name[used++] = '_';
	name[used] = '\0';
}

/* Pairs of the pair before: each level doubles the text. With what is not put out, each would double the time only. */
static void bounds_rust_names_that_explode(void)
{
	for (int is_silent = 0; is_silent <= 1; is_silent++) {
		char name[4096] = "_RINvC1a1f", out[1024];
		size_t pair;

		if (is_silent)
			strcpy(name, "_RNvMINvC1a1f");
		pair = strlen(name) - 2;
		strcat(name, "TllE");
		for (int level = 0; level < 60; level++) {
			size_t next = strlen(name) - 2;

			strcat(name, "T");
			append_reference(name, pair);
			append_reference(name, pair);
			strcat(name, "E");
			pair = next;
		}
		strcat(name, is_silent ? "El3foo" : "E");
		demangle(out, sizeof(out), name);
		if (is_silent)
			CHECK_TEXT(out, "<i32>::foo");
		else
			CHECK(strncmp(out, "a::f::<(i32, i32), ((i32, i32), (i32, i32)), (((", 48) == 0 && strlen(out) == 1023);
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
	demangles_rust();
	bounds_rust_names_that_explode();
	bounds_names_that_explode();
	joins_paths();
	knows_roots();
	return check_report("names");
}
