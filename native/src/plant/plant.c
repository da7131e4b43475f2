// SPDX-License-Identifier: Apache-2.0
/* While the command runs, what is owed is paid every few milliseconds; at its end, to the microsecond. */
#define _GNU_SOURCE
#include "plant/plant.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/clock.h"
#include "support/fail.h"
#include "target/environment.h"
#include "target/privileges.h"
#include "target/process_tree.h"

#define PAY_NANOSECONDS 10000000
/* Looking through /proc is paid from what is owed; more often it would cost more than that. */
#define LOOK_NANOSECONDS (NANOSECONDS / 2)
/* The clock is read so seldom that it hardly shows in the profile. */
#define ROUNDS 20000

/* The function that a profile names. */
__attribute__((noinline)) void profbound_plant(uint64_t until)
{
	volatile uint64_t sum = 0;

	while (clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID) < until) {
		for (uint64_t round = 0; round < ROUNDS; round++)
			sum += round * round;
	}
}

static pid_t start(char **command)
{
	pid_t child = fork();

	if (child < 0)
		fail(EXIT_CANNOT_MEASURE, "cannot fork: %s", strerror(errno));
	if (child > 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	environment_restore();
	execvp(command[0], command);
	fail(EXIT_CANNOT_MEASURE, "cannot run %s: %s", command[0], strerror(errno));
}

/* CPU time of descendants that have been waited for, by whoever was their parent. */
static uint64_t ended_nanoseconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * NANOSECONDS +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000ULL;
}

static uint64_t process_nanoseconds(pid_t pid)
{
	clockid_t clock;

	return clock_getcpuclockid(pid, &clock) ? 0 : clock_nanoseconds(clock);
}

/* Of all descendants that are there, as of the last look. */
static uint64_t living_nanoseconds(const struct thread_list *threads)
{
	uint64_t sum = 0;
	pid_t own = getpid();

	for (size_t i = 0; i < threads->count; i++) {
		pid_t pid = threads->items[i].pid;

		/* A process's clock is that of all its threads. */
		if (pid == threads->items[i].tid && pid != own)
			sum += process_nanoseconds(pid);
	}
	return sum;
}

/* Waits for whatever has ended; true when the command has, with its status. */
static bool has_ended(pid_t command, int *status)
{
	int of_any;
	bool ended = false;
	pid_t pid;

	while ((pid = waitpid(-1, &of_any, WNOHANG)) > 0) {
		if (pid == command) {
			ended = true;
			*status = of_any;
		}
	}
	return ended;
}

/* Ends as the command did. */
static _Noreturn void end_like(int status)
{
	if (WIFSIGNALED(status)) {
		prctl(PR_SET_DUMPABLE, 0);
		signal(WTERMSIG(status), SIG_DFL);
		raise(WTERMSIG(status));
		exit(128 + WTERMSIG(status));
	}
	exit(WEXITSTATUS(status));
}

_Noreturn void plant_run(double percent, char **command)
{
	const struct timespec pause = { .tv_nsec = PAY_NANOSECONDS };
	struct thread_list threads = { 0 };
	pid_t own = getpid(), child;
	uint64_t looked = 0, paid = 0;
	int status = 0;

	privileges_drop();
	/* What the command leaves behind comes to us, and its CPU time with it. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	child = start(command);
	/* Who ends a process tree tells every process of it: the command ends in its own way, and we after it. */
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	while (!has_ended(child, &status)) {
		uint64_t now = clock_nanoseconds(CLOCK_MONOTONIC), owed;

		if (now - looked >= LOOK_NANOSECONDS) {
			process_tree_threads(&own, 1, &threads);
			looked = now;
		}
		owed = (living_nanoseconds(&threads) + ended_nanoseconds()) * percent / 100;
		/* What ends without being waited for by us leaves the sum: nothing is taken back for that. */
		if (owed > paid)
			paid = owed;
		profbound_plant(paid);
		nanosleep(&pause, NULL);
	}
	profbound_plant(ended_nanoseconds() * percent / 100);
	end_like(status);
}
