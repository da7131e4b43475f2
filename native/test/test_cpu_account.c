// SPDX-License-Identifier: Apache-2.0
/* Whose CPU time is whose when processes end. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "support/clock.h"
#include "backends/cpu_account.h"

/* What a child burns; far more than all else that happens here. */
#define BURNT (60 * 1000000ULL)

static void burn(void)
{
	while (clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID) < BURNT)
		;
}

/* At least what was burnt, and less than twice of it. */
static bool is_burnt(uint64_t nanoseconds)
{
	return nanoseconds >= BURNT - 20000000 && nanoseconds < 2 * BURNT;
}

/* A child that waits for a byte, burns, tells with a byte, and then ends or waits to be killed. */
struct child {
	pid_t pid;
	int go;
	int done;
};

static struct child start_child(bool ends, bool burns_in_child)
{
	int go[2], done[2];
	struct child child;
	char byte = 0;

	if (pipe(go) || pipe(done))
		exit(1);
	child = (struct child){ .pid = fork(), .go = go[1], .done = done[0] };
	if (child.pid)
		return child;
	if (read(go[0], &byte, 1) != 1)
		_exit(1);
	if (burns_in_child && fork() == 0) {
		burn();
		_exit(0);
	}
	if (burns_in_child)
		wait(NULL);
	else
		burn();
	if (write(done[1], &byte, 1) != 1)
		_exit(1);
	if (!ends)
		pause();
	_exit(0);
}

/* Has the child do its part between the beginning and the end of an account. */
static struct cpu_account account_for(struct child *child, bool ends)
{
	struct cpu_account account;
	char byte = 0;

	cpu_account_begin(&account, &child->pid, 1);
	CHECK(write(child->go, &byte, 1) == 1);
	CHECK(read(child->done, &byte, 1) == 1);
	if (ends)
		CHECK(waitpid(child->pid, NULL, 0) == child->pid);
	cpu_account_end(&account);
	if (!ends) {
		kill(child->pid, SIGKILL);
		waitpid(child->pid, NULL, 0);
	}
	return account;
}

static void counts_the_living_and_the_waited_for(void)
{
	for (int ends = 0; ends <= 1; ends++) {
		for (int in_child = 0; in_child <= 1; in_child++) {
			struct child child = start_child(ends, in_child);
			struct cpu_account account = account_for(&child, ends);

			CHECK(is_burnt(account.nanoseconds));
			cpu_account_free(&account);
		}
	}
}

static void knows_when_it_is_incomplete(void)
{
	pid_t root = 100, other = 200;
	struct cpu_account account = { .roots = &root, .root_count = 1, .copies = true };

	/* This process's own child, and the child of its copy. */
	cpu_account_exit(&account, root, getpid());
	cpu_account_exit(&account, other, root);
	CHECK(!account.incomplete);
	/* Another program of the tree may wait for its child or not. */
	cpu_account_exec(&account, other);
	cpu_account_exit(&account, 201, root);
	CHECK(!account.incomplete);
	cpu_account_exit(&account, 202, other);
	CHECK(account.incomplete);

	account.incomplete = false;
	cpu_account_exec(&account, root);
	cpu_account_exit(&account, root, getpid());
	CHECK(!account.incomplete);
	cpu_account_exit(&account, other, root);
	CHECK(account.incomplete);

	account.incomplete = false;
	cpu_account_exit(&account, root, 1);
	CHECK(account.incomplete);
}

static void reads_the_time_of_children(void)
{
	uint64_t tick = NANOSECONDS / sysconf(_SC_CLK_TCK);

	CHECK_NUMBER(process_stat_children("17 (a) b) S 5 17 17 0 -1 4194304 1 2 3 4 100 200 30 12 20 0 1 0 5"), 42 * tick);
	CHECK_NUMBER(process_stat_children("17 (a) S 5 17 17 0 -1 4194304 1 2 3 4 100 200 30"), 0);
	CHECK_NUMBER(process_stat_children(""), 0);
}

int main(void)
{
	counts_the_living_and_the_waited_for();
	knows_when_it_is_incomplete();
	reads_the_time_of_children();
	return check_report("cpu_account");
}
