// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include "support/cpulist.h"
#include "doctor/doctor_checks.h"
#include "target/privileges.h"

/* Task storage in tracing programs, which the bpf backend is built on. */
#define BPF_SINCE_MAJOR 5
#define BPF_SINCE_MINOR 11

const char *doctor_kernel_release(void)
{
	static struct utsname names;

	return uname(&names) ? "" : names.release;
}

/* The first line of a file without its newline; false when it cannot be read. */
static bool read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool read;

	if (!file)
		return false;
	read = fgets(line, (int)size, file) != NULL;
	fclose(file);
	if (read)
		line[strcspn(line, "\n")] = '\0';
	return read;
}

static void check_kernel(struct checks *checks)
{
	const char *release = doctor_kernel_release();
	int major = 0, minor = 0;
	bool recent;

	sscanf(release, "%d.%d", &major, &minor);
	recent = major > BPF_SINCE_MAJOR || (major == BPF_SINCE_MAJOR && minor >= BPF_SINCE_MINOR);
	checks_add(checks, "kernel", recent ? CHECK_OK : CHECK_WARNING,
		   recent ? NULL : "a kernel of 5.11 or newer has what the bpf backend needs", "Linux %s", release);
}

static void check_cpus(struct checks *checks)
{
	cpu_set_t online, allowed;

	if (!cpulist_online(&online) || sched_getaffinity(0, sizeof(allowed), &allowed)) {
		checks_add(checks, "cpus", CHECK_MISSING, "mount /sys in the container",
			   "/sys/devices/system/cpu/online cannot be read");
		return;
	}
	checks_add(checks, "cpus", CPU_COUNT(&online) > 1 ? CHECK_OK : CHECK_WARNING,
		   CPU_COUNT(&online) > 1 ? NULL : "use a machine with two CPUs or more, so that load and service do not share one",
		   "%d online, %d for this process", CPU_COUNT(&online), CPU_COUNT(&allowed));
}

static void check_governor(struct checks *checks)
{
	char governor[64];

	if (!read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", governor, sizeof(governor)))
		checks_add(checks, "cpu_governor", CHECK_WARNING, NULL,
			   "no cpufreq here, as in most virtual machines: the clock is the host's to change");
	else if (strcmp(governor, "performance") == 0)
		checks_add(checks, "cpu_governor", CHECK_OK, NULL, "performance");
	else
		checks_add(checks, "cpu_governor", CHECK_WARNING, "cpupower frequency-set --governor performance",
			   "%s: the clock follows the load, and CPU time with it", governor);
}

static void add_turbo(struct checks *checks, bool on, const char *cure)
{
	if (on)
		checks_add(checks, "turbo", CHECK_WARNING, cure, "on: the clock depends on temperature and neighbours");
	else
		checks_add(checks, "turbo", CHECK_OK, NULL, "off");
}

static void check_turbo(struct checks *checks)
{
	long value;

	if (privileges_read_number("/sys/devices/system/cpu/intel_pstate/no_turbo", &value))
		add_turbo(checks, !value, "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo");
	else if (privileges_read_number("/sys/devices/system/cpu/cpufreq/boost", &value))
		add_turbo(checks, value, "echo 0 > /sys/devices/system/cpu/cpufreq/boost");
}

static void check_smt(struct checks *checks)
{
	long active;

	if (!privileges_read_number("/sys/devices/system/cpu/smt/active", &active))
		return;
	checks_add(checks, "smt", active ? CHECK_WARNING : CHECK_OK,
		   active ? "echo off > /sys/devices/system/cpu/smt/control, or keep the siblings of the measured CPUs idle" : NULL, "%s",
		   active ? "on: two CPUs share a core, and CPU time depends on what the other does" : "off");
}

static void check_ptrace_scope(struct checks *checks)
{
	long scope;

	/* Yama checks attaching, not reading: no value of it stands in the way, and users ask. */
	if (!privileges_read_number("/proc/sys/kernel/yama/ptrace_scope", &scope))
		return;
	checks_add(checks, "ptrace_scope", CHECK_OK, NULL, "%ld: restricts attaching, not the reading of one's own processes", scope);
}

static void check_lockdown(struct checks *checks)
{
	char modes[128];

	if (!read_line("/sys/kernel/security/lockdown", modes, sizeof(modes)))
		return;
	if (strstr(modes, "[confidentiality]"))
		checks_add(checks, "lockdown", CHECK_MISSING, "boot with lockdown=integrity or lockdown=none",
			   "confidentiality: BPF programs may not read the kernel's memory");
	else
		checks_add(checks, "lockdown", CHECK_OK, NULL, "%s", modes);
}

static void check_open_files(struct checks *checks)
{
	struct rlimit limit;
	cpu_set_t online;
	unsigned long long threads;

	if (getrlimit(RLIMIT_NOFILE, &limit) || !cpulist_online(&online))
		return;
	/* What backend perf opens: an event on each CPU and a counter a thread. */
	threads = limit.rlim_max / (CPU_COUNT(&online) + 1);
	checks_add(checks, "open_files", threads >= 256 ? CHECK_OK : CHECK_WARNING,
		   threads >= 256 ? NULL : "ulimit -Hn 65536 (as root)", "%llu: backend perf can attach to some %llu threads",
		   (unsigned long long)limit.rlim_max, threads);
}

void doctor_check_host(struct checks *checks)
{
	check_kernel(checks);
	check_cpus(checks);
	check_governor(checks);
	check_turbo(checks);
	check_smt(checks);
	check_lockdown(checks);
	check_ptrace_scope(checks);
	check_open_files(checks);
}
