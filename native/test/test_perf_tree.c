// SPDX-License-Identifier: Apache-2.0
/* Threads and processes: who descends from whom, and what they are called. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "backends/comms.h"
#include "target/process_tree.h"

static void reads_parents(void)
{
	CHECK_NUMBER(process_stat_parent("17 (cat) R 5 17 17 0 -1 4194304"), 5);
	CHECK_NUMBER(process_stat_parent("17 (a) S 9 (b)) S 6 17 17 0"), 6);
	CHECK_NUMBER(process_stat_parent("17 () S 7 1"), 7);
	CHECK(process_stat_parent("17 (cat) R") == -1);
	CHECK(process_stat_parent("") == -1);
}

static bool has(const struct thread_list *list, pid_t pid, pid_t tid)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].pid == pid && list->items[i].tid == tid)
			return true;
	}
	return false;
}

static void *tell_and_wait(void *argument)
{
	pid_t tid = (pid_t)syscall(SYS_gettid);

	prctl(PR_SET_NAME, "second");
	if (write(*(int *)argument, &tid, sizeof(tid)) == sizeof(tid))
		pause();
	return NULL;
}

/* A process with a second thread and a child; both report their ids. */
static pid_t start_family(int report)
{
	pid_t parent = fork(), child;
	pthread_t thread;

	if (parent)
		return parent;
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
	if (write(report, &child, sizeof(child)) == sizeof(child) && pthread_create(&thread, NULL, tell_and_wait, &report) == 0)
		pause();
	_exit(1);
}

static void finds_descendants_and_threads(void)
{
	struct thread_list list = { 0 };
	struct comms *comms = comms_new();
	pid_t parent, child = 0, second = 0;
	int report[2];

	if (!CHECK(pipe(report) == 0))
		return;
	parent = start_family(report[1]);
	CHECK(read(report[0], &child, sizeof(child)) == sizeof(child));
	CHECK(read(report[0], &second, sizeof(second)) == sizeof(second));

	process_tree_threads(&parent, 1, &list);
	CHECK_NUMBER(list.count, 3);
	CHECK(has(&list, parent, parent));
	CHECK(has(&list, parent, second));
	CHECK(has(&list, child, child));
	process_tree_threads(&child, 1, &list);
	CHECK_NUMBER(list.count, 1);
	CHECK(has(&list, child, child));
	CHECK_TEXT(comms_get(comms, parent, second), "second");

	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	close(report[0]);
	close(report[1]);
	comms_free(comms);
	thread_list_free(&list);
}

static void keeps_names(void)
{
	struct comms *comms = comms_new();
	pid_t unknown = 1 << 30;

	comms_set(comms, 10, "one");
	CHECK_TEXT(comms_get(comms, 10, 10), "one");
	comms_set(comms, 10, "a name longer than sixteen bytes");
	CHECK_TEXT(comms_get(comms, 10, 10), "a name longer t");
	comms_inherit(comms, 11, 10);
	comms_set(comms, 10, "two");
	CHECK_TEXT(comms_get(comms, 10, 11), "a name longer t");
	/* A thread of that number was another's once; its new parent is not known, and neither is it to /proc. */
	comms_set(comms, unknown, "stale");
	comms_inherit(comms, unknown, unknown + 1);
	CHECK_TEXT(comms_get(comms, unknown, unknown), "");
	CHECK_TEXT(comms_get(comms, 0, 0), "");
	comms_free(comms);
}

/* More than fit at first, most of them removed again: whatever collided must still be found. */
static void survives_many(void)
{
	struct comms *comms = comms_new();
	bool all = true;
	char name[COMM_BYTES];

	for (pid_t tid = 1; tid <= 5000; tid++) {
		snprintf(name, sizeof(name), "t%d", tid);
		comms_set(comms, tid, name);
	}
	for (pid_t tid = 1; tid <= 5000; tid++) {
		if (tid % 7)
			comms_remove(comms, tid);
	}
	for (pid_t tid = 7; tid <= 5000; tid += 7) {
		snprintf(name, sizeof(name), "t%d", tid);
		all = all && strcmp(comms_get(comms, 1 << 30, tid), name) == 0;
	}
	CHECK(all);
	CHECK_TEXT(comms_get(comms, 1 << 30, 8), "");
	comms_free(comms);
}

int main(void)
{
	reads_parents();
	finds_descendants_and_threads();
	keeps_names();
	survives_many();
	return check_report("perf_tree");
}
