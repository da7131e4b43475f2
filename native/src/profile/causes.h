/* SPDX-License-Identifier: Apache-2.0 */
/* Why something is missing in a profile (causes.def), and the frames that say so in it. */
#ifndef PROFBOUND_CAUSES_H
#define PROFBOUND_CAUSES_H

enum lost_cause {
#define LOST(name, ...) LOST_##name,
#include "profile/causes.def"
	LOST_CAUSES,
};

enum incomplete_cause {
	COMPLETE,
#define INCOMPLETE(name, ...) INCOMPLETE_##name,
#include "profile/causes.def"
	INCOMPLETE_CAUSES,
};

enum unresolved_cause {
	RESOLVED,
#define UNRESOLVED(name, ...) UNRESOLVED_##name,
#include "profile/causes.def"
	UNRESOLVED_CAUSES,
};

enum untraced_cause {
#define UNTRACED(name, ...) UNTRACED_##name,
#include "profile/causes.def"
	UNTRACED_CAUSES,
};

/* Frames that are not code. */
enum marker {
	MARKER_CHAIN_ENDED,
	MARKER_NO_UNWIND_INFORMATION,
	MARKER_NOT_RISING,
	MARKER_STACK_UNREADABLE,
	MARKER_NO_CALLER_MAPPING,
	MARKER_NO_TABLES,
	MARKER_TRUNCATED,
	MARKER_NO_USER_STACK,
	MARKER_HIDDEN_KERNEL,
	MARKER_NO_MAPPING,
	MARKER_PROCESS_GONE,
	MARKER_NOT_TAKEN,
	MARKER_BLOCKED_BEFORE,
	MARKER_BLOCKED_SHORTLY,
	MARKER_CROWDED,
	MARKERS,
};

/* Their codes in capture.json. */
extern const char *const lost_names[LOST_CAUSES];
extern const char *const unresolved_names[UNRESOLVED_CAUSES];
extern const char *const incomplete_names[INCOMPLETE_CAUSES];
extern const char *const untraced_names[UNTRACED_CAUSES];
extern const char *const marker_names[MARKERS];

#endif
