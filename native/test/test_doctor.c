// SPDX-License-Identifier: Apache-2.0
/* What the doctor says to root, to an ordinary user, under filters and in a namespace: each in a process of its own. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "doctor/doctor_checks.h"

static const struct check *find(const struct checks *checks, const char *name)
{
	for (size_t i = 0; i < checks->count; i++) {
		if (strcmp(checks->items[i].name, name) == 0)
			return &checks->items[i];
	}
	return NULL;
}

static void check_status(const struct checks *checks, const char *name, enum check_status expected)
{
	const struct check *check = find(checks, name);

	if (!CHECK(check != NULL))
		fprintf(stderr, "  no check %s\n", name);
	else if (!CHECK(check->status == expected))
		fprintf(stderr, "  %s: %s\n", name, check->detail);
}

/* Runs `what` in a process of its own. */
static void apart(void (*what)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		checks_failed = 0;
		what();
		fflush(stderr);
		_exit(checks_failed);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	CHECK_NUMBER(WEXITSTATUS(status), 0);
}

static void says_one_thing_of_each(void)
{
	struct checks checks = { 0 };

	doctor_check_confines(&checks);
	checks.group = GROUP_SIGHT;
	doctor_check_sight(&checks, doctor_check_perf(&checks) | doctor_check_bpf(&checks));
	checks.group = GROUP_QUIET;
	doctor_check_quiet(&checks);
	CHECK(checks.count > 20 && checks.count < MAX_CHECKS);
	CHECK_NUMBER(checks.items[0].group, GROUP_CAPTURE);
	CHECK_NUMBER(checks.items[checks.count - 1].group, GROUP_QUIET);
	for (size_t i = 0; i < checks.count; i++) {
		const struct check *check = &checks.items[i];

		CHECK(find(&checks, check->name) == check);
		CHECK(check->detail[0] != '\0' && !strchr(check->detail, '\n'));
		CHECK(!strchr(check->cure, '\n'));
		CHECK(check->status != CHECK_OK || check->cure[0] == '\0');
	}
}

static void tells_an_ordinary_user(void)
{
	static const char *const capabilities[] = { "cap_bpf", "cap_perfmon", "cap_sys_ptrace", "cap_checkpoint_restore" };
	struct checks checks = { 0 };

	if (geteuid() == 0)
		CHECK(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
	CHECK(!doctor_check_bpf(&checks));
	doctor_check_sight(&checks, true);
	check_status(&checks, "bpf", CHECK_MISSING);
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(*capabilities); i++) {
		const struct check *check = find(&checks, capabilities[i]);

		/* The line that cures it grants it. */
		CHECK(check && check->status == (i < 2 ? CHECK_MISSING : CHECK_WARNING) && strstr(check->cure, capabilities[i]));
	}
}

/* Has the kernel refuse a system call as the filters of containers do. */
static void refuse(uint32_t number)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
		    &(struct sock_fprog){ sizeof(code) / sizeof(*code), code }) == 0);
}

static void knows_filters(void)
{
	struct checks harmless = { 0 }, without_bpf = { 0 }, without_both = { 0 };

	refuse(SYS_reboot);
	doctor_check_confines(&harmless);
	check_status(&harmless, "seccomp", CHECK_OK);
	refuse(SYS_bpf);
	doctor_check_confines(&without_bpf);
	check_status(&without_bpf, "seccomp", CHECK_WARNING);
	CHECK(!doctor_check_bpf(&without_bpf));
	check_status(&without_bpf, "bpf", CHECK_MISSING);
	refuse(SYS_perf_event_open);
	doctor_check_confines(&without_both);
	check_status(&without_both, "seccomp", CHECK_MISSING);
	CHECK(!doctor_check_perf(&without_both));
	check_status(&without_both, "perf_event", CHECK_MISSING);
	CHECK(strstr(find(&without_both, "perf_event")->detail, "--cap-add=PERFMON") != NULL);
}

static void knows_user_namespaces(void)
{
	struct checks outside = { 0 }, inside = { 0 };

	doctor_check_confines(&outside);
	/* Some systems let nobody make one: then there is none to know. */
	if (unshare(CLONE_NEWUSER))
		return;
	doctor_check_confines(&inside);
	check_status(&outside, "user_namespace", CHECK_OK);
	check_status(&inside, "user_namespace", CHECK_WARNING);
	/* All capabilities, and none that counts. */
	CHECK(privileges_effective(CAPABILITY_BPF));
	CHECK(!doctor_check_bpf(&inside));
}

int main(void)
{
	says_one_thing_of_each();
	apart(tells_an_ordinary_user);
	apart(knows_filters);
	apart(knows_user_namespaces);
	return check_report("doctor");
}
