// SPDX-License-Identifier: Apache-2.0
/* Forks, execs and mappings by hand, in the order of time, of pids that no process has unless said otherwise. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "processes/processes.h"
#include "support/bounds.h"

/* Above PID_MAX_LIMIT of the kernel. */
#define PARENT 0x7fff0001
#define CHILD 0x7fff0002

struct heard {
	unsigned int changes;
	unsigned int endings;
	uint32_t generation;
	size_t mapping_count;
	uint32_t first_object;
};

static struct objects objects;
static struct processes processes;
static struct heard heard;

static void listen(void *context, const struct process_change *change)
{
	struct heard *to = context;

	to->generation = change->generation;
	to->changes += change->mappings != NULL;
	to->endings += change->mappings == NULL;
	to->mapping_count = change->mappings ? change->mappings->count : 0;
	to->first_object = to->mapping_count ? change->mappings->entries[0].object : 0;
}

static void begin(void)
{
	objects_initialise(&objects);
	processes = (struct processes){ .objects = &objects };
	heard = (struct heard){ 0 };
	processes_on_change(&processes, listen, &heard);
}

static void end(void)
{
	processes_free(&processes);
	objects_free(&objects);
}

static struct mapping file_at(uint64_t start, uint64_t end, uint64_t offset, uint64_t inode, const char *path)
{
	return (struct mapping){ .start = start, .end = end, .offset = offset, .inode = inode, .path = (char *)path };
}

static void map(uint64_t time, pid_t pid, uint64_t start, uint64_t end, uint64_t inode, const char *path)
{
	struct mapping mapping = file_at(start, end, 0, inode, path);

	processes_map(&processes, time, pid, &mapping);
}

/* The path of the file that an address of a process lies in; NULL when in none. */
static const char *path_at(pid_t pid, uint64_t address)
{
	struct location location;

	if (process_place(&processes, processes_get(&processes, pid), address, &location) != PLACED)
		return NULL;
	return objects.entries[location.object].path;
}

static void check_mapping(const struct mappings *mappings, size_t index, uint64_t start, uint64_t end, uint64_t offset,
			  uint64_t inode)
{
	if (!CHECK(index < mappings->count))
		return;
	CHECK_NUMBER(mappings->entries[index].start, start);
	CHECK_NUMBER(mappings->entries[index].end, end);
	CHECK_NUMBER(mappings->entries[index].offset, offset);
	CHECK_NUMBER(mappings->entries[index].inode, inode);
}

static void the_newer_mapping_replaces_what_it_overlaps(void)
{
	struct mapping a = file_at(0x10000, 0x20000, 0x1000, 1, "/a"), b = file_at(0x14000, 0x18000, 0, 2, "/b"),
		       c = file_at(0x1c000, 0x24000, 0, 3, "/c"), all = file_at(0x8000, 0x30000, 0, 4, "/d"),
		       before = file_at(0x1000, 0x9000, 0, 5, "/e");
	struct mappings mappings = { 0 };

	CHECK(mappings_insert(&mappings, &a));
	CHECK_NUMBER(mappings.count, 1);
	CHECK(!mappings_insert(&mappings, &a));
	/* In its middle: two parts are left, each with its own place in the file. */
	CHECK(mappings_insert(&mappings, &b) == &mappings.entries[1]);
	CHECK_NUMBER(mappings.count, 3);
	check_mapping(&mappings, 0, 0x10000, 0x14000, 0x1000, 1);
	check_mapping(&mappings, 1, 0x14000, 0x18000, 0, 2);
	check_mapping(&mappings, 2, 0x18000, 0x20000, 0x9000, 1);
	CHECK_TEXT(mappings.entries[2].path, "/a");
	/* Over an end, and beyond. */
	CHECK(mappings_insert(&mappings, &c));
	CHECK_NUMBER(mappings.count, 4);
	check_mapping(&mappings, 2, 0x18000, 0x1c000, 0x9000, 1);
	check_mapping(&mappings, 3, 0x1c000, 0x24000, 0, 3);
	/* Over everything. */
	CHECK(mappings_insert(&mappings, &all) == &mappings.entries[0]);
	CHECK_NUMBER(mappings.count, 1);
	/* Over a beginning. */
	CHECK(mappings_insert(&mappings, &before));
	CHECK_NUMBER(mappings.count, 2);
	check_mapping(&mappings, 1, 0x9000, 0x30000, 0x1000, 4);
	mappings_free(&mappings);
}

static void what_continues_is_joined(void)
{
	struct mapping first = file_at(0x10000, 0x11000, 0, 1, "/a"), second = file_at(0x11000, 0x12000, 0x1000, 1, "/a"),
		       third = file_at(0x12000, 0x13000, 0x2000, 1, "/a"), other = file_at(0x13000, 0x14000, 0x9000, 1, "/a");
	struct mapping page = { .kind = MAPPING_ANONYMOUS, .path = "" };
	struct mappings mappings = { 0 };

	mappings_insert(&mappings, &first);
	mappings_insert(&mappings, &third);
	CHECK_NUMBER(mappings.count, 2);
	CHECK(mappings_insert(&mappings, &second) == &mappings.entries[0]);
	CHECK_NUMBER(mappings.count, 1);
	check_mapping(&mappings, 0, 0x10000, 0x13000, 0, 1);
	/* Elsewhere in the file. */
	mappings_insert(&mappings, &other);
	CHECK_NUMBER(mappings.count, 2);
	/* A runtime that makes one page executable after the other, every second first. */
	for (uint64_t i = 0; i < 1000; i++) {
		page.start = 0x1000000 + (i < 500 ? 2 * i : 2 * (i - 500) + 1) * 0x1000;
		page.end = page.start + 0x1000;
		mappings_insert(&mappings, &page);
	}
	CHECK_NUMBER(mappings.count, 3);
	CHECK_NUMBER(mappings.entries[2].end - mappings.entries[2].start, 1000 * 0x1000);
	mappings_free(&mappings);
}

static void mappings_are_bounded(void)
{
	struct mappings mappings = { 0 };
	struct mapping wide = file_at(0, (2UL * MAX_MAPPINGS + 2) * 0x1000, 0, 7, "/wide");

	for (uint64_t i = 0; i < MAX_MAPPINGS + 10UL; i++) {
		struct mapping mapping = file_at(2 * i * 0x1000, (2 * i + 1) * 0x1000, 0, 1, "/a");

		mappings_insert(&mappings, &mapping);
	}
	CHECK(mappings.count <= MAX_MAPPINGS && mappings.count > MAX_MAPPINGS - 3);
	CHECK(!mappings_insert(&mappings, &wide));
	mappings_free(&mappings);
}

static void a_child_has_its_parents_mappings(void)
{
	begin();
	processes_get(&processes, PARENT);
	map(10, PARENT, 0x10000, 0x20000, 1, "/bin/first");
	processes_fork(&processes, 20, CHILD, PARENT);
	map(30, PARENT, 0x30000, 0x40000, 2, "/lib/later");
	CHECK_TEXT(path_at(CHILD, 0x10000), "/bin/first");
	CHECK(!path_at(CHILD, 0x30000));
	CHECK_TEXT(path_at(PARENT, 0x30000), "/lib/later");
	/* Those of strangers are not followed. */
	processes_fork(&processes, 40, CHILD + 2, CHILD + 1);
	CHECK(!processes_has(&processes, CHILD + 2));
	map(50, CHILD + 2, 0x10000, 0x20000, 1, "/bin/first");
	CHECK(!processes_has(&processes, CHILD + 2));
	end();
}

static void an_exec_voids_what_was_mapped(void)
{
	struct location location;

	begin();
	processes_get(&processes, PARENT);
	map(10, PARENT, 0x10000, 0x20000, 1, "/bin/first");
	CHECK_TEXT(path_at(PARENT, 0x10800), "/bin/first");
	processes_exec(&processes, 20, PARENT);
	CHECK(process_place(&processes, processes_get(&processes, PARENT), 0x10800, &location) == PLACED_BETWEEN_IMAGES);
	map(21, PARENT, 0x10000, 0x20000, 2, "/bin/second");
	CHECK_TEXT(path_at(PARENT, 0x10800), "/bin/second");
	/* What comes late from before the exec is void. */
	map(19, PARENT, 0x10000, 0x20000, 1, "/bin/first");
	CHECK_TEXT(path_at(PARENT, 0x10800), "/bin/second");
	/* Another library at the address of one that was unloaded. */
	map(30, PARENT, 0x50000, 0x60000, 3, "/lib/one");
	CHECK_TEXT(path_at(PARENT, 0x50000), "/lib/one");
	map(40, PARENT, 0x50000, 0x58000, 4, "/lib/two");
	CHECK_TEXT(path_at(PARENT, 0x50000), "/lib/two");
	end();
}

static void a_pid_used_again_is_another_process(void)
{
	uint32_t first;

	begin();
	processes_get(&processes, PARENT);
	map(10, PARENT, 0x10000, 0x20000, 1, "/bin/parent");
	processes_fork(&processes, 20, CHILD, PARENT);
	processes_exec(&processes, 21, CHILD);
	map(22, CHILD, 0x10000, 0x20000, 2, "/bin/child");
	processes_publish(&processes);
	CHECK_NUMBER(heard.changes, 2);
	first = heard.generation;
	CHECK_TEXT(path_at(CHILD, 0x10000), "/bin/child");
	processes_exit(&processes, 30, CHILD);
	processes_fork(&processes, 40, CHILD, PARENT);
	CHECK_NUMBER(heard.endings, 1);
	CHECK_NUMBER(heard.generation, first);
	CHECK_TEXT(path_at(CHILD, 0x10000), "/bin/parent");
	/* The report of the first one's end does not end the second. */
	processes_publish(&processes);
	CHECK(heard.generation != first);
	CHECK_NUMBER(heard.endings, 1);
	CHECK(processes_has(&processes, CHILD));
	/* A time long past: it is looked for at once, and is not there. */
	processes_exit(&processes, 50, CHILD);
	processes_publish(&processes);
	CHECK_NUMBER(heard.endings, 2);
	CHECK(!processes_has(&processes, CHILD));
	CHECK(processes_has(&processes, PARENT));
	end();
}

static void changes_are_told_once(void)
{
	begin();
	processes_get(&processes, PARENT);
	processes_publish(&processes);
	CHECK_NUMBER(heard.changes, 0);
	map(10, PARENT, 0x10000, 0x20000, 1, "/bin/first");
	map(11, PARENT, 0x30000, 0x40000, 2, "/lib/second");
	processes_publish(&processes);
	CHECK_NUMBER(heard.changes, 1);
	CHECK_NUMBER(heard.mapping_count, 2);
	CHECK(heard.first_object >= FIRST_OTHER_OBJECT);
	/* The same again changes nothing. */
	map(12, PARENT, 0x10000, 0x20000, 1, "/bin/first");
	processes_publish(&processes);
	CHECK_NUMBER(heard.changes, 1);
	end();
}

/* A process that waits to be killed. */
static pid_t start_waiting(void)
{
	pid_t pid = fork();

	while (pid == 0)
		pause();
	return pid;
}

static void an_adopted_process_is_known_from_its_maps(void)
{
	pid_t pid = start_waiting();
	uint64_t address = (uint64_t)&start_waiting;
	char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[length > 0 ? length : 0] = '\0';
	begin();
	processes_adopt(&processes, pid);
	CHECK_TEXT(path_at(pid, address), path);
	/* What was reported from before is in there already: none of it is taken back. */
	processes_exec(&processes, 1, pid);
	map(2, pid, address & ~0xfffUL, (address & ~0xfffUL) + 0x1000, 1, "/bin/before");
	CHECK_TEXT(path_at(pid, address), path);
	map(UINT64_MAX, pid, address & ~0xfffUL, (address & ~0xfffUL) + 0x1000, 1, "/bin/behind");
	CHECK_TEXT(path_at(pid, address), "/bin/behind");
	/* After a loss nothing is left of what was believed. */
	processes_lost(&processes);
	processes_publish(&processes);
	CHECK_TEXT(path_at(pid, address), path);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	processes_exit(&processes, 3, pid);
	processes_publish(&processes);
	CHECK(!processes_has(&processes, pid));
	end();
}

int main(void)
{
	the_newer_mapping_replaces_what_it_overlaps();
	what_continues_is_joined();
	mappings_are_bounded();
	a_child_has_its_parents_mappings();
	an_exec_voids_what_was_mapped();
	a_pid_used_again_is_another_process();
	changes_are_told_once();
	an_adopted_process_is_known_from_its_maps();
	return check_report("processes");
}
