// SPDX-License-Identifier: Apache-2.0
/* What the kernel, and whoever started this process, keep it from. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "doctor/doctor_checks.h"
#include "doctor/doctor_files.h"
#include "support/cpulist.h"
#include "support/kernel_release.h"

/* bpf_loop(), which the bpf backend walks stacks with. */
#define BPF_SINCE_MAJOR 5
#define BPF_SINCE_MINOR 17

/* PROC_USER_INIT_INO of the kernel's ABI. */
#define INITIAL_USER_NAMESPACE 0xEFFFFFFDU

static void check_kernel(struct checks *checks)
{
	const char *release = kernel_release(), *cure = NULL;

	if (!kernel_release_is_since(release, BPF_SINCE_MAJOR, BPF_SINCE_MINOR))
		cure = "a kernel of 5.17 or newer has what the bpf backend needs";
	else if (kernel_may_lock_up(release, kernel_version()))
		cure = "of 5.19 to 6.3 some lock up when BPF programs read stacks: a kernel of 6.1.36, 6.3.10, 6.4 or newer does not";
	checks_add(checks, "kernel", cure ? CHECK_WARNING : CHECK_OK, cure, "Linux %s", release);
}

static void check_lockdown(struct checks *checks)
{
	char modes[128];

	if (!doctor_read_line("/sys/kernel/security/lockdown", modes, sizeof(modes)))
		return;
	if (strstr(modes, "[confidentiality]"))
		checks_add(checks, "lockdown", CHECK_MISSING, "boot with lockdown=integrity or lockdown=none",
			   "confidentiality: BPF programs may not read the kernel's memory");
	else
		checks_add(checks, "lockdown", CHECK_OK, NULL, "%s", modes);
}

/* Whether a filter answers in the kernel's place: with arguments that make no sense, the kernel itself says EINVAL. */
static bool is_filtered(long result)
{
	return result < 0 && (errno == EPERM || errno == ENOSYS);
}

static void check_seccomp(struct checks *checks)
{
	union bpf_attr nothing = { 0 };
	bool perf, bpf;

	if (doctor_status_number("Seccomp") <= 0) {
		checks_add(checks, "seccomp", CHECK_OK, NULL, "no filter");
		return;
	}
	perf = is_filtered(syscall(SYS_perf_event_open, NULL, 0, -1, -1, ~0UL));
	bpf = is_filtered(syscall(SYS_bpf, ~0U, &nothing, sizeof(nothing)));
	if (perf)
		checks_add(checks, "seccomp", CHECK_MISSING,
			   "run the container with --cap-add=PERFMON or a seccomp profile that allows perf_event_open and bpf",
			   "a filter that refuses perf_event_open%s: nothing can be sampled", bpf ? " and bpf" : "");
	else if (bpf)
		checks_add(checks, "seccomp", CHECK_WARNING, "run the container with --cap-add=BPF or a seccomp profile that allows bpf",
			   "a filter that refuses bpf: the perf backend is left");
	else
		checks_add(checks, "seccomp", CHECK_OK, NULL, "a filter that allows perf_event_open and bpf");
}

static void check_user_namespace(struct checks *checks)
{
	if (doctor_is_initial_namespace("/proc/self/ns/user", INITIAL_USER_NAMESPACE))
		checks_add(checks, "user_namespace", CHECK_OK, NULL, "the initial one");
	else
		checks_add(checks, "user_namespace", CHECK_WARNING, "run the container as root, not rootless, or measure outside of it",
			   "not the initial one: capabilities held here do not count for BPF and for CPUs as a whole");
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

void doctor_check_confines(struct checks *checks)
{
	check_kernel(checks);
	check_lockdown(checks);
	check_seccomp(checks);
	check_user_namespace(checks);
	check_open_files(checks);
}
