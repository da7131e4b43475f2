/* SPDX-License-Identifier: Apache-2.0 */
/* What this process may do, and what the kernel's switches say. */
#ifndef PROFBOUND_PRIVILEGES_H
#define PROFBOUND_PRIVILEGES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Numbers are the kernel's ABI (linux/capability.h). */
enum capability {
	CAPABILITY_DAC_OVERRIDE = 1,
	CAPABILITY_DAC_READ_SEARCH = 2,
	CAPABILITY_KILL = 5,
	CAPABILITY_SYS_PTRACE = 19,
	CAPABILITY_SYS_ADMIN = 21,
	CAPABILITY_PERFMON = 38,
	CAPABILITY_BPF = 39,
	CAPABILITY_CHECKPOINT_RESTORE = 40,
};

/* Whether the capability is in this process's effective set. CAP_SYS_ADMIN stands for PERFMON and BPF as in the kernel. */
bool privileges_effective(enum capability capability);

/* What a capture still does when its events are open. */
struct privileges_needs {
	/* Fills and walks BPF maps. */
	bool bpf;
	/* Ends a command, which may have become another user's. */
	bool command;
};

/*
 * Gives up for good, once events are open and programs attached, all that the rest of a capture does not take. It keeps
 * what looks into the target: CAP_SYS_PTRACE (/proc/PID of other users), CAP_DAC_READ_SEARCH (their files) and
 * CAP_CHECKPOINT_RESTORE (/proc/PID/map_files); CAP_BPF or CAP_KILL as `needs` says.
 */
void privileges_reduce(const struct privileges_needs *needs);

/* Gives up for good every capability: called before any ELF file is parsed. */
void privileges_drop(void);

/* Whether /proc/kallsyms gives this process addresses, and so names to kernel functions. */
bool privileges_see_kernel_names(void);

/* The command, ready to be run as root, that lets ordinary users capture everything with this very binary. */
const char *privileges_grant(void);

/* Reads a number from a file of /proc or /sys; false when there is none. */
bool privileges_read_number(const char *path, long *number);

/* One line: why perf_event_open(2) failed with `error` for this process's own events, and what would cure it. */
void privileges_explain_perf(int error, char *line, size_t size);

/*
 * One line: why the events of another process, `pid`, were refused with `error` where events of the own process are not.
 */
void privileges_explain_target(pid_t pid, int error, char *line, size_t size);

#endif
