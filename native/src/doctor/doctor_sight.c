// SPDX-License-Identifier: Apache-2.0
/* What a capture that works may still not see. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backends/sampling.h"
#include "doctor/doctor_checks.h"
#include "doctor/doctor_files.h"
#include "target/privileges.h"

/* Samples a second and CPU where no rate is given. */
#define DEFAULT_RATE_HZ 997
/* What a gate asks for at most, and a fifth: periods are redrawn. */
#define HIGHEST_RATE_HZ 5000

static void check_kernel_symbols(struct checks *checks)
{
	long restricted = 0;

	privileges_read_number("/proc/sys/kernel/kptr_restrict", &restricted);
	if (privileges_effective(CAPABILITY_BPF) && privileges_effective(CAPABILITY_PERFMON))
		checks_add(checks, "kernel_symbols", CHECK_OK, NULL, "the kernel names its functions to the bpf backend");
	else if (privileges_see_kernel_names())
		checks_add(checks, "kernel_symbols", CHECK_OK, NULL, "/proc/kallsyms shows addresses");
	else
		checks_add(checks, "kernel_symbols", CHECK_WARNING, privileges_grant(),
			   "/proc/kallsyms hides addresses from this process (kernel.kptr_restrict is %ld): kernel functions have no names",
			   restricted);
}

static void check_pmu(struct checks *checks, bool perf_works)
{
	struct sampling_event event;

	/* What forbids all events says nothing of the hardware. */
	if (!perf_works)
		return;
	if (sampling_choose(&(struct sampling_request){ .event = EVENT_CYCLES, .rate_hz = DEFAULT_RATE_HZ }, true, &event))
		checks_add(checks, "pmu", CHECK_OK, NULL, "hardware cycles");
	else
		checks_add(checks, "pmu", CHECK_WARNING, "use a machine or a guest with a virtual PMU, where cycles matter",
			   "no hardware cycles (%s): cpu-clock is sampled instead, which code that holds interrupts off is charged late",
			   strerror(errno));
}

static void check_sample_rate(struct checks *checks)
{
	long rate, percent = 0;

	if (!privileges_read_number("/proc/sys/kernel/perf_event_max_sample_rate", &rate))
		return;
	checks_add(checks, "perf_event_max_sample_rate", rate >= HIGHEST_RATE_HZ ? CHECK_OK : CHECK_WARNING,
		   rate >= HIGHEST_RATE_HZ ? NULL : "sysctl kernel.perf_event_max_sample_rate=100000",
		   rate >= HIGHEST_RATE_HZ ? "%ld samples a second" : "%ld samples a second: gates sample less often than they would", rate);
	if (!privileges_read_number("/proc/sys/kernel/perf_cpu_time_max_percent", &percent))
		return;
	/* 0 and 100 switch it off. */
	checks_add(checks, "perf_cpu_time_max_percent", percent == 0 || percent >= 5 ? CHECK_OK : CHECK_WARNING,
		   percent == 0 || percent >= 5 ? NULL : "sysctl kernel.perf_cpu_time_max_percent=25",
		   "%ld: the kernel lowers the highest rate when sampling takes more of a CPU", percent);
}

static void check_bpf_stats(struct checks *checks)
{
	long enabled;

	if (!privileges_read_number("/proc/sys/kernel/bpf_stats_enabled", &enabled))
		return;
	if (enabled || privileges_effective(CAPABILITY_SYS_ADMIN))
		checks_add(checks, "bpf_stats_enabled", CHECK_OK, NULL,
			   enabled ? "%ld" : "%ld; switched on by a capture, while it lasts", enabled);
	else
		checks_add(checks, "bpf_stats_enabled", CHECK_WARNING, "sysctl kernel.bpf_stats_enabled=1",
			   "0: what the BPF programs themselves cost is not reported");
}

static void check_ptrace_scope(struct checks *checks)
{
	long scope;

	/* Yama checks attaching, not reading: no value of it stands in the way, and users ask. */
	if (!privileges_read_number("/proc/sys/kernel/yama/ptrace_scope", &scope))
		return;
	checks_add(checks, "ptrace_scope", CHECK_OK, NULL, "%ld: restricts attaching, not the reading of one's own processes", scope);
}

/* Where cgroup v2 is mounted; false when it is not. */
static bool find_cgroups(char *folder, size_t size)
{
	char line[1024];
	bool found = false;
	FILE *file = fopen("/proc/self/mountinfo", "re");

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		char path[512];

		found = strstr(line, " - cgroup2 ") && sscanf(line, "%*s %*s %*s %*s %511s", path) == 1;
		if (found)
			snprintf(folder, size, "%s", path);
	}
	fclose(file);
	return found;
}

static void check_cgroup(struct checks *checks)
{
	char folder[512], line[512], *path = line;
	FILE *file = fopen("/proc/self/cgroup", "re");

	/* Version 2 is hierarchy 0 without controllers. */
	while (file && fgets(line, sizeof(line), file) && strncmp(line, "0::", 3) != 0)
		;
	if (file)
		fclose(file);
	line[strcspn(line, "\n")] = '\0';
	if (find_cgroups(folder, sizeof(folder)) && strncmp(line, "0::", 3) == 0)
		checks_add(checks, "cgroup", CHECK_OK, NULL, "v2 at %.150s, this process in %.150s", folder, path + 3);
	else
		checks_add(checks, "cgroup", CHECK_WARNING, "boot with systemd.unified_cgroup_hierarchy=1, or mount -t cgroup2 none /sys/fs/cgroup",
			   "no cgroup v2: containers can be named by their processes alone");
}

void doctor_check_sight(struct checks *checks, bool perf_works)
{
	checks_add_capability(checks, "cap_sys_ptrace", CAPABILITY_SYS_PTRACE, CHECK_WARNING, "reading other users' processes");
	checks_add_capability(checks, "cap_checkpoint_restore", CAPABILITY_CHECKPOINT_RESTORE, CHECK_WARNING,
			      "names in files that were deleted or replaced while they ran");
	check_kernel_symbols(checks);
	check_ptrace_scope(checks);
	check_pmu(checks, perf_works);
	check_sample_rate(checks);
	check_bpf_stats(checks);
	check_cgroup(checks);
}
