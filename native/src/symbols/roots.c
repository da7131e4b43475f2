// SPDX-License-Identifier: Apache-2.0
#include "symbols/roots.h"

#include <stddef.h>
#include <string.h>

static const char *const roots[] = {
	/* The first thread: the C runtime (glibc, musl) and the dynamic loader before it. */
	"_start",
	"_start_c",
	"__libc_start_main",
	"__libc_start_main_impl",
	"__libc_start_call_main",
	"libc_start_main_stage2",
	"_dl_start",
	"_dl_start_user",
	"_dl_start_final",
	"_dl_sysdep_start",
	"_dlstart",
	"_dlstart_c",
	/* Further threads. */
	"clone",
	"__clone",
	"clone3",
	"__clone3",
	"start_thread",
	/* Go: goroutines, and the runtime on its own stacks. */
	"runtime.goexit",
	"runtime.rt0_go",
	"runtime.mcall",
	"runtime.mstart",
	"runtime.mstart0",
	"_rt0_amd64",
	"_rt0_amd64_linux",
};

bool is_root_function(const char *system_name)
{
	static const char go_assembly[] = ".abi0";
	size_t length = strlen(system_name), suffix = sizeof(go_assembly) - 1;

	if (length > suffix && strcmp(system_name + length - suffix, go_assembly) == 0)
		length -= suffix;
	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
		if (strlen(roots[i]) == length && strncmp(roots[i], system_name, length) == 0)
			return true;
	}
	return false;
}
