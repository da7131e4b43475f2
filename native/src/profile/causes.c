// SPDX-License-Identifier: Apache-2.0
#include "profile/causes.h"

#include "profile/recorder.h"

_Static_assert(LOST_CAUSES <= RECORDER_CAUSES, "every cause must fit into struct recorder_counts");
_Static_assert(UNRESOLVED_CAUSES - 1 <= RECORDER_CAUSES, "every cause must fit into struct recorder_counts");
_Static_assert(INCOMPLETE_CAUSES - 1 <= RECORDER_CAUSES, "every cause must fit into struct recorder_counts");

const char *const lost_names[LOST_CAUSES] = {
#define LOST(name, code, ...) [LOST_##name] = code,
#include "profile/causes.def"
};

const char *const incomplete_names[INCOMPLETE_CAUSES] = {
#define INCOMPLETE(name, code, ...) [INCOMPLETE_##name] = code,
#include "profile/causes.def"
};

const char *const unresolved_names[UNRESOLVED_CAUSES] = {
#define UNRESOLVED(name, code, ...) [UNRESOLVED_##name] = code,
#include "profile/causes.def"
};

const char *const untraced_names[UNTRACED_CAUSES] = {
#define UNTRACED(name, code, ...) [UNTRACED_##name] = code,
#include "profile/causes.def"
};

const char *const marker_names[MARKERS] = {
	[MARKER_CHAIN_ENDED] = "[frame pointer chain ended]",
	[MARKER_NO_UNWIND_INFORMATION] = "[no unwind information]",
	[MARKER_NOT_RISING] = "[stack does not rise]",
	[MARKER_STACK_UNREADABLE] = "[stack unreadable]",
	[MARKER_NO_CALLER_MAPPING] = "[no mapping]",
	[MARKER_NO_TABLES] = "[no unwind tables]",
	[MARKER_TRUNCATED] = "[truncated]",
	[MARKER_NO_USER_STACK] = "[no user stack]",
	[MARKER_HIDDEN_KERNEL] = "[kernel, not visible to this user]",
	[MARKER_NO_MAPPING] = "[unknown] (no mapping)",
	[MARKER_PROCESS_GONE] = "[unknown] (process gone)",
	[MARKER_NOT_TAKEN] = "[stack not taken]",
	[MARKER_BLOCKED_BEFORE] = "[blocked since before the capture]",
	[MARKER_BLOCKED_SHORTLY] = "[blocked for less than --off-cpu-min]",
	[MARKER_CROWDED] = "[too many places to wait]",
};
