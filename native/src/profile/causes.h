/* SPDX-License-Identifier: Apache-2.0 */
/* Why something is missing in a profile, and the frames that say so in it. */
#ifndef PROFBOUND_CAUSES_H
#define PROFBOUND_CAUSES_H

/* Why a leaf has no name. */
enum unresolved_cause {
	RESOLVED,
	/* Its file has no symbol there. */
	UNRESOLVED_NO_SYMBOL,
	/* Its file could not be opened or is not well-formed. */
	UNRESOLVED_FILE_UNREADABLE,
	/* Generated code, and the perf map is not there or lacks it. */
	UNRESOLVED_ANONYMOUS_MEMORY,
	/* Nothing executable was mapped there when the mappings were read. */
	UNRESOLVED_NO_MAPPING,
	/* The process ended before its mappings were read. */
	UNRESOLVED_PROCESS_GONE,
	/* The kernel's symbols are not to be had, or none is near. */
	UNRESOLVED_KERNEL,
	UNRESOLVED_CAUSES,
};

/* Why a stack does not reach a thread's first function. */
enum incomplete_cause {
	COMPLETE,
	/* Frame pointers led no further. */
	INCOMPLETE_FRAME_POINTER_CHAIN,
	/* The file does not say where the caller is, or not in a way that can be followed. */
	INCOMPLETE_NO_UNWIND_INFORMATION,
	/* The caller's frame would lie below its callee's. */
	INCOMPLETE_NOT_RISING,
	INCOMPLETE_STACK_UNREADABLE,
	/* Nothing executable is known where the next frame would be. */
	INCOMPLETE_NO_MAPPING,
	/* No tables were there for the process. */
	INCOMPLETE_NO_TABLES,
	INCOMPLETE_NO_USER_STACK,
	INCOMPLETE_PROCESS_GONE,
	INCOMPLETE_CAUSES,
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

extern const char *const unresolved_names[UNRESOLVED_CAUSES];
extern const char *const incomplete_names[INCOMPLETE_CAUSES];
extern const char *const marker_names[MARKERS];

#endif
