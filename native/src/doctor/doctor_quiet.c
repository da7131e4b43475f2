// SPDX-License-Identifier: Apache-2.0
/* What else acts on the figures: clocks, neighbours, other work. */
#define _GNU_SOURCE
#include <cpuid.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "doctor/doctor_checks.h"
#include "doctor/doctor_files.h"
#include "support/cpulist.h"
#include "target/privileges.h"

/* What two readings of /proc/stat are apart: 25 of its ticks a CPU. */
#define STEAL_NANOSECONDS 250000000L

/* Of all CPU time; as much makes a run of one second differ by a hundredth. */
#define MUCH_STEAL_PERCENT 1.0

/* Of the last ten seconds, in which something waited for a CPU. */
#define MUCH_PRESSURE_PERCENT 10.0

static void check_cpus(struct checks *checks)
{
	cpu_set_t online, allowed;

	if (!cpulist_online(&online) || sched_getaffinity(0, sizeof(allowed), &allowed)) {
		checks_add(checks, "cpus", CHECK_MISSING, "mount /sys in the container",
			   "/sys/devices/system/cpu/online cannot be read");
		return;
	}
	checks_add(checks, "cpus", CPU_COUNT(&allowed) > 1 ? CHECK_OK : CHECK_WARNING,
		   CPU_COUNT(&allowed) > 1 ? NULL : "use a machine with two CPUs or more, so that load and service do not share one",
		   "%d online, %d for this process", CPU_COUNT(&online), CPU_COUNT(&allowed));
}

static void check_isolated(struct checks *checks)
{
	char list[256];

	if (!doctor_read_line("/sys/devices/system/cpu/isolated", list, sizeof(list)))
		return;
	checks_add(checks, "isolated_cpus", CHECK_OK, NULL, "%s%s", list[0] ? list : "none",
		   list[0] ? ": the scheduler keeps other work off them; name them as the CPUs to measure on" : "");
}

static void check_governor(struct checks *checks)
{
	char governor[64];

	if (!doctor_read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", governor, sizeof(governor)))
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

/* Hypervisors say so in a bit of CPUID that no processor sets, and who they are in a leaf of their own. */
static void check_virtualisation(struct checks *checks)
{
	unsigned int eax, ebx, ecx, edx;
	char vendor[13] = "";

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx))
		return;
	if (!(ecx & 1u << 31)) {
		checks_add(checks, "virtualisation", CHECK_OK, NULL, "none");
		return;
	}
	__cpuid(0x40000000, eax, ebx, ecx, edx);
	memcpy(vendor, &ebx, 4);
	memcpy(vendor + 4, &ecx, 4);
	memcpy(vendor + 8, &edx, 4);
	checks_add(checks, "virtualisation", CHECK_WARNING, "measure on a machine of its own where small differences count",
		   "a guest of %s: neighbours share caches, memory and clock", vendor[0] ? vendor : "an unnamed hypervisor");
}

struct cpu_times {
	unsigned long long all;
	unsigned long long stolen;
};

static bool read_cpu_times(struct cpu_times *times)
{
	unsigned long long fields[8] = { 0 };
	char line[256];

	if (!doctor_read_line("/proc/stat", line, sizeof(line)) ||
	    sscanf(line, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &fields[0], &fields[1], &fields[2], &fields[3], &fields[4],
		   &fields[5], &fields[6], &fields[7]) != 8)
		return false;
	*times = (struct cpu_times){ .stolen = fields[7] };
	for (int i = 0; i < 8; i++)
		times->all += fields[i];
	return true;
}

static void check_steal(struct checks *checks)
{
	struct cpu_times before, after;
	double percent;

	if (!read_cpu_times(&before))
		return;
	nanosleep(&(struct timespec){ .tv_nsec = STEAL_NANOSECONDS }, NULL);
	if (!read_cpu_times(&after) || after.all <= before.all)
		return;
	percent = 100.0 * (after.stolen - before.stolen) / (after.all - before.all);
	checks_add(checks, "steal", percent < MUCH_STEAL_PERCENT ? CHECK_OK : CHECK_WARNING,
		   percent < MUCH_STEAL_PERCENT ? NULL : "use a machine whose CPUs are not shared (dedicated or bare metal)",
		   "%.1f %% of CPU time went to other guests just now", percent);
}

static void check_load(struct checks *checks)
{
	char line[256];
	double percent;

	/* There since Linux 4.20, where it is built in and not switched off. */
	if (!doctor_read_line("/proc/pressure/cpu", line, sizeof(line)) || sscanf(line, "some avg10=%lf", &percent) != 1)
		return;
	checks_add(checks, "load", percent < MUCH_PRESSURE_PERCENT ? CHECK_OK : CHECK_WARNING,
		   percent < MUCH_PRESSURE_PERCENT ? NULL : "end what else runs here, or wait until it is done",
		   "in %.1f %% of the last 10 s something waited for a CPU", percent);
}

void doctor_check_quiet(struct checks *checks)
{
	check_cpus(checks);
	check_isolated(checks);
	check_governor(checks);
	check_turbo(checks);
	check_smt(checks);
	check_virtualisation(checks);
	check_steal(checks);
	check_load(checks);
}
