// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor/doctor_checks.h"
#include "doctor/doctor_files.h"
#include "target/privileges.h"
#include "backends/sampling.h"
/* The skeleton needs the types both sides share. */
#include "kernel_names.h"
#include "offcpu.h"
#include "profile.h"
#include "profile.skel.h"

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

static void check_btf(struct checks *checks)
{
	if (access("/sys/kernel/btf/vmlinux", R_OK) == 0)
		checks_add(checks, "btf", CHECK_OK, NULL, "/sys/kernel/btf/vmlinux");
	else
		checks_add(checks, "btf", CHECK_MISSING, "use a kernel with CONFIG_DEBUG_INFO_BTF, and mount /sys",
			   "/sys/kernel/btf/vmlinux: %s", strerror(errno));
}

static void check_jit(struct checks *checks)
{
	long enabled;

	/* Readable by root only on some kernels: nothing is said then. */
	if (!privileges_read_number("/proc/sys/net/core/bpf_jit_enable", &enabled))
		return;
	checks_add(checks, "bpf_jit", enabled ? CHECK_OK : CHECK_WARNING, enabled ? NULL : "sysctl net.core.bpf_jit_enable=1", "%s",
		   enabled ? "on" : "off: each sample costs several times as much");
}

static void check_unprivileged(struct checks *checks)
{
	long disabled;

	if (!privileges_read_number("/proc/sys/kernel/unprivileged_bpf_disabled", &disabled))
		return;
	/* What a capture loads takes CAP_BPF whatever it says. */
	checks_add(checks, "unprivileged_bpf_disabled", CHECK_OK, NULL, "%ld: of no effect here, CAP_BPF decides", disabled);
}

/* Inode of the initial pid namespace: PROC_PID_INIT_INO of the kernel's ABI. */
#define INITIAL_PID_NAMESPACE 0xEFFFFFFCU

static bool check_pid_namespace(struct checks *checks)
{
	if (doctor_is_initial_namespace("/proc/self/ns/pid", INITIAL_PID_NAMESPACE)) {
		checks_add(checks, "pid_namespace", CHECK_OK, NULL, "the initial one");
		return true;
	}
	checks_add(checks, "pid_namespace", CHECK_MISSING, "run the container with --pid=host",
		   "not the initial one, whose process ids BPF sees");
	return false;
}

/* Whether a CPU can be sampled, whatever runs on it. */
static bool may_sample_cpus(void)
{
	struct sampling_event event;
	struct perf_event_attr attr;
	int fd;

	if (!sampling_choose(&(struct sampling_request){ .event = EVENT_CPU_CLOCK, .rate_hz = 997 }, false, &event))
		return false;
	sampling_fill(&event, false, &attr);
	fd = sampling_open(&attr, -1, 0, -1, 0);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* Has the kernel verify, compile and attach the very programs a capture uses. */
static bool check_programs(struct checks *checks)
{
	struct profile *skeleton;
	bool works;
	int error;

	libbpf_set_print(quiet);
	skeleton = profile__open_and_load();
	works = skeleton && profile__attach(skeleton) == 0;
	error = errno;
	profile__destroy(skeleton);
	if (works && may_sample_cpus()) {
		checks_add(checks, "bpf", CHECK_OK, NULL, "the programs load and attach");
		return true;
	}
	if (works)
		checks_add(checks, "bpf", CHECK_MISSING, privileges_grant(), "the programs load, but CPUs cannot be sampled: %s", strerror(errno));
	else
		checks_add(checks, "bpf", CHECK_MISSING, error == EPERM || error == EACCES ? privileges_grant() : NULL, "the programs do not load: %s",
			   strerror(error));
	return false;
}

bool doctor_check_bpf(struct checks *checks)
{
	bool initial, loads;

	checks_add_capability(checks, "cap_perfmon", CAPABILITY_PERFMON, CHECK_MISSING, "samples of every CPU, with kernel functions");
	checks_add_capability(checks, "cap_bpf", CAPABILITY_BPF, CHECK_MISSING, "loading of BPF programs");
	check_unprivileged(checks);
	check_btf(checks);
	check_jit(checks);
	initial = check_pid_namespace(checks);
	loads = check_programs(checks);
	return initial && loads;
}
