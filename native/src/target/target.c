// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/clock.h"
#include "support/fail.h"
#include "target/environment.h"

/* How long a command may take to end by itself once it was asked to. */
#define GRACE_NANOSECONDS (2 * NANOSECONDS)

/* What the command's side tells: how the last run ended, or why it could not begin. */
struct report {
	uint64_t runs;
	int wait_status;
	int exec_errno;
};

static void place(const struct options *options)
{
	if (options->has_cpus && sched_setaffinity(0, sizeof(options->cpus), &options->cpus))
		fail(EXIT_CANNOT_MEASURE, "cannot run on these CPUs: %s", strerror(errno));
}

_Noreturn void target_exec(const struct options *options)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	place(options);
	environment_restore();
	execvp(options->command[0], options->command);
	fail(EXIT_CANNOT_MEASURE, "cannot run %s: %s", options->command[0], strerror(errno));
}

static void send(int fd, const struct report *report)
{
	/* Smaller than PIPE_BUF: written whole, or the reader is gone and nobody wants to know. */
	if (write(fd, report, sizeof(*report)) < 0)
		_exit(EXIT_CANNOT_MEASURE);
}

static _Noreturn void become(char **command, int report_fd)
{
	struct report report = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	environment_restore();
	execvp(command[0], command);
	report.exec_errno = errno;
	send(report_fd, &report);
	_exit(127);
}

/* Runs the command again and again inside the captured tree; a run that fails ends it. */
static _Noreturn void supervise(const struct options *options, int report_fd)
{
	uint64_t end = clock_nanoseconds(CLOCK_MONOTONIC) + options->repeat;
	struct report report = { 0 };

	do {
		pid_t pid = fork();

		if (pid < 0)
			_exit(EXIT_CANNOT_MEASURE);
		if (pid == 0)
			become(options->command, report_fd);
		while (waitpid(pid, &report.wait_status, 0) < 0 && errno == EINTR)
			;
		report.runs += report.wait_status == 0;
		send(report_fd, &report);
	} while (report.wait_status == 0 && clock_nanoseconds(CLOCK_MONOTONIC) < end);
	_exit(0);
}

static void launch(struct target *target, const struct options *options)
{
	int gate[2], report[2];
	char byte;

	if (pipe2(gate, O_CLOEXEC) || pipe2(report, O_CLOEXEC))
		fail(EXIT_CANNOT_MEASURE, "cannot make a pipe: %s", strerror(errno));
	target->pids[0] = fork();
	if (target->pids[0] < 0)
		fail(EXIT_CANNOT_MEASURE, "cannot fork: %s", strerror(errno));
	if (target->pids[0] == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setpgid(0, 0);
		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		signal(SIGPIPE, SIG_DFL);
		place(options);
		/* stdout is the collector's protocol. */
		dup2(STDERR_FILENO, STDOUT_FILENO);
		close(gate[1]);
		close(report[0]);
		/* No byte: the collector ended before it let the command go. */
		if (TEMP_FAILURE_RETRY(read(gate[0], &byte, 1)) != 1)
			_exit(EXIT_CANNOT_MEASURE);
		if (options->repeat)
			supervise(options, report[1]);
		become(options->command, report[1]);
	}
	close(gate[0]);
	close(report[1]);
	setpgid(target->pids[0], target->pids[0]);
	target->gate_fd = gate[1];
	target->report_fd = report[0];
	fcntl(target->report_fd, F_SETFL, O_NONBLOCK);
}

void target_open(struct target *target, const struct options *options)
{
	*target = (struct target){ .exit_code = -1, .signal = -1, .gate_fd = -1, .report_fd = -1 };
	target->is_command = options->command != NULL;
	if (options->cgroup)
		cgroup_open(&target->cgroup, options->cgroup);
	if (target->is_command) {
		target->pid_count = 1;
		launch(target, options);
	} else {
		target->pid_count = options->pid_count;
		memcpy(target->pids, options->pids, sizeof(target->pids));
	}
	for (size_t i = 0; i < target->pid_count; i++) {
		target->pidfds[i] = syscall(SYS_pidfd_open, target->pids[i], 0);
		if (target->pidfds[i] < 0)
			fail(EXIT_CANNOT_MEASURE, "no process %d to capture: %s", target->pids[i], strerror(errno));
	}
}

static void take_status(struct target *target, int wait_status)
{
	target->exit_code = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
	target->signal = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : -1;
}

static void take_reports(struct target *target)
{
	struct report report;

	while (target->report_fd >= 0 && read(target->report_fd, &report, sizeof(report)) == sizeof(report)) {
		if (report.exec_errno)
			fail(EXIT_CANNOT_MEASURE, "cannot run the command: %s", strerror(report.exec_errno));
		target->runs = report.runs;
		take_status(target, report.wait_status);
	}
}

void target_release(struct target *target)
{
	if (target->gate_fd < 0)
		return;
	if (write(target->gate_fd, "", 1) != 1)
		fail(EXIT_CANNOT_MEASURE, "cannot let the command start: %s", strerror(errno));
	close(target->gate_fd);
	target->gate_fd = -1;
}

/* Takes in the end of the process this one started; what the repeating side reported of its runs counts more. */
static void reap(struct target *target)
{
	int wait_status;

	if (waitpid(target->pids[0], &wait_status, WNOHANG) != target->pids[0])
		return;
	take_reports(target);
	if (target->exit_code < 0 && target->signal < 0) {
		take_status(target, wait_status);
		target->runs += wait_status == 0;
	}
}

bool target_runs(struct target *target)
{
	/* All along: the pipe holds some thousands of runs, then they would wait for a reader. */
	take_reports(target);
	/* One that is empty may fill. */
	if (target->cgroup.id && cgroup_exists(&target->cgroup))
		return true;
	for (size_t i = 0; i < target->pid_count; i++) {
		struct pollfd ended = { .fd = target->pidfds[i], .events = POLLIN };

		if (poll(&ended, 1, 0) == 0)
			return true;
	}
	if (!target->exited && target->is_command)
		reap(target);
	target->exited = true;
	return false;
}

void target_close(struct target *target)
{
	uint64_t deadline = clock_nanoseconds(CLOCK_MONOTONIC) + GRACE_NANOSECONDS;

	if (target->is_command) {
		bool ended_itself = target->exited;

		kill(-target->pids[0], SIGTERM);
		while (target_runs(target) && clock_nanoseconds(CLOCK_MONOTONIC) < deadline)
			usleep(5000);
		/* Also what the command left behind. */
		kill(-target->pids[0], SIGKILL);
		while (target_runs(target))
			usleep(5000);
		/* It did not end by itself within the capture: how it reacted to being ended is of no interest. */
		if (!ended_itself) {
			take_reports(target);
			target->exited = false;
		}
		close(target->report_fd);
	}
	for (size_t i = 0; i < target->pid_count; i++)
		close(target->pidfds[i]);
	cgroup_close(&target->cgroup);
}
