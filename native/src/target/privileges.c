// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "target/privileges.h"

#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t effective_set(void)
{
	unsigned long long set = 0;
	char line[256];
	FILE *file = fopen("/proc/self/status", "re");

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "CapEff: %llx", &set) == 1)
			break;
	}
	fclose(file);
	return set;
}

bool privileges_effective(enum capability capability)
{
	uint64_t set = effective_set();

	if (set >> capability & 1)
		return true;
	return (capability == CAPABILITY_PERFMON || capability == CAPABILITY_BPF) && (set >> CAPABILITY_SYS_ADMIN & 1);
}

static uint64_t bit(enum capability capability)
{
	return 1ULL << capability;
}

static void keep(uint64_t kept)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, sets))
		return;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		sets[i].effective &= (uint32_t)(kept >> 32 * i);
		sets[i].permitted &= (uint32_t)(kept >> 32 * i);
		sets[i].inheritable = 0;
	}
	/* Giving up is always allowed. */
	syscall(SYS_capset, &header, sets);
}

/*
 * Which bpf(2) commands take CAP_BPF while kernel.unprivileged_bpf_disabled is 1 or 2, as distributions set it: before
 * Linux 5.19 every one, so that even counters of an attached program cannot be read at the end without it; since then
 * those that create maps or load programs, while a descriptor is right enough for reading, updating and iterating. The
 * ring of samples is memory and takes none. Where the sysctl is 0, arrays and hashes can be created by anyone, arrays of
 * maps and task storage still cannot. CAP_PERFMON is asked for when programs are loaded and attached and events are
 * opened, never afterwards.
 */
static uint64_t needed_for_bpf(void)
{
	/* Older container runtimes give CAP_SYS_ADMIN alone, which stands for it. */
	return effective_set() & bit(CAPABILITY_BPF) ? bit(CAPABILITY_BPF) : bit(CAPABILITY_SYS_ADMIN);
}

void privileges_reduce(const struct privileges_needs *needs)
{
	uint64_t kept = bit(CAPABILITY_DAC_READ_SEARCH) | bit(CAPABILITY_SYS_PTRACE) | bit(CAPABILITY_CHECKPOINT_RESTORE);

	if (needs->bpf)
		kept |= needed_for_bpf();
	if (needs->command)
		kept |= bit(CAPABILITY_KILL);
	keep(kept);
}

void privileges_drop(void)
{
	keep(0);
}

const char *privileges_grant(void)
{
	static char command[PATH_MAX + 96];
	char binary[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", binary, sizeof(binary));

	snprintf(command, sizeof(command), "setcap cap_bpf,cap_checkpoint_restore,cap_perfmon,cap_sys_ptrace+ep %.*s",
		 length > 0 ? (int)length : 17, length > 0 ? binary : "profbound-collect");
	return command;
}

bool privileges_read_number(const char *path, long *number)
{
	FILE *file = fopen(path, "re");
	bool read;

	if (!file)
		return false;
	read = fscanf(file, "%ld", number) == 1;
	fclose(file);
	return read;
}

bool privileges_see_kernel_names(void)
{
	unsigned long long address = 0;
	FILE *file = fopen("/proc/kallsyms", "re");

	if (!file)
		return false;
	while (address == 0 && fscanf(file, "%llx %*[^\n]", &address) == 1)
		;
	fclose(file);
	return address != 0;
}

void privileges_explain_perf(int error, char *line, size_t size)
{
	long paranoid = 0;
	bool known = privileges_read_number("/proc/sys/kernel/perf_event_paranoid", &paranoid);

	if (!known || error == ENOSYS)
		snprintf(line, size, "perf_event_open is not there (%s): the kernel was built without CONFIG_PERF_EVENTS or a seccomp "
				     "filter hides it; in a container, run it with a seccomp profile that allows perf_event_open",
			 strerror(error));
	else if (error == EPERM)
		snprintf(line, size, "perf_event_open is forbidden (%s), as the seccomp filters of containers do; run the container "
				     "with --cap-add=PERFMON or a seccomp profile that allows it (kernel.perf_event_paranoid is %ld)",
			 strerror(error), paranoid);
	else if (error == EACCES && paranoid > 2)
		snprintf(line, size, "kernel.perf_event_paranoid is %ld and this process lacks CAP_PERFMON; run sysctl "
				     "kernel.perf_event_paranoid=2 or %s as root",
			 paranoid, privileges_grant());
	else if (error == EACCES)
		snprintf(line, size, "perf_event_open is refused (%s) although kernel.perf_event_paranoid is %ld: a security module "
				     "or a seccomp filter forbids it; allow it there, or run %s as root",
			 strerror(error), paranoid, privileges_grant());
	else
		snprintf(line, size, "perf_event_open failed: %s (kernel.perf_event_paranoid is %ld)", strerror(error), paranoid);
}

void privileges_explain_target(pid_t pid, int error, char *line, size_t size)
{
	char path[64];
	struct stat status;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	if (stat(path, &status))
		snprintf(line, size, "process %d has ended", pid);
	else if ((error == EACCES || error == EPERM) && status.st_uid != geteuid())
		snprintf(line, size, "process %d belongs to user %u and this process to user %u; run profbound-collect as that user or as "
				     "root, or run %s as root once",
			 pid, status.st_uid, geteuid(), privileges_grant());
	else if (error == EACCES || error == EPERM)
		snprintf(line, size, "process %d may not be traced by its own user (set-user-id, file capabilities, or not "
				     "dumpable); run profbound-collect as root, or run %s as root once",
			 pid, privileges_grant());
	else
		snprintf(line, size, "cannot open events of process %d: %s", pid, strerror(error));
}
