// SPDX-License-Identifier: Apache-2.0
/* The kernel's own records of this process and its children, followed. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backends/process_records.h"
#include "backends/side_band.h"
#include "check.h"

static struct objects objects;
static struct processes processes;
static struct side_band side_band;

static void begin(void)
{
	const pid_t self = getpid();
	char refusal[512] = "";

	objects_initialise(&objects);
	processes = (struct processes){ .objects = &objects };
	if (!CHECK(side_band_open(&side_band, refusal, sizeof(refusal))))
		fprintf(stderr, "  %s\n", refusal);
	process_records_begin(&processes, &self, 1);
}

static void end(void)
{
	side_band_close(&side_band);
	processes_free(&processes);
	objects_free(&objects);
}

static void take_all(void)
{
	side_band_refresh(&side_band);
	side_band_apply(&side_band, UINT64_MAX, &processes);
	side_band_release(&side_band);
	processes_publish(&processes);
}

/* What the process has mapped at an address by all that was recorded; NULL: nothing. */
static const struct object *object_at(pid_t pid, const void *address)
{
	struct location location;

	if (process_place(&processes, processes_get(&processes, pid), (uint64_t)address, &location) != PLACED)
		return NULL;
	return &objects.entries[location.object];
}

static void follows_what_has_ended_already(void)
{
	const size_t bytes = 4096;
	void *address = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct object *object;
	pid_t child;

	begin();
	child = fork();
	if (child == 0) {
		mprotect(address, bytes, PROT_READ | PROT_EXEC);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	take_all();
	if (!CHECK(processes_has(&processes, child)))
		return;
	object = object_at(child, address);
	CHECK(object && object->kind == OBJECT_GENERATED);
	/* Of its parent, with the file open. */
	object = object_at(child, (const void *)&begin);
	CHECK(object && object->kind == OBJECT_FILE && object->fd >= 0);
	CHECK(!object_at(getpid(), address));
	end();
	munmap(address, bytes);
}

static void follows_an_exec(void)
{
	const struct object *object;
	uint64_t address = 0;
	int go[2];
	pid_t child;

	begin();
	CHECK(pipe(go) == 0);
	child = fork();
	if (child == 0) {
		close(go[1]);
		dup2(go[0], STDIN_FILENO);
		execl("/bin/cat", "cat", NULL);
		_exit(1);
	}
	close(go[0]);
	/* It writes nothing and waits: where it is mapped can be seen. */
	for (int i = 0; i < 1000 && !address; i++) {
		struct mappings mappings = { 0 };

		usleep(5000);
		mappings_read(&mappings, child);
		for (size_t j = 0; j < mappings.count; j++) {
			if (strstr(mappings.entries[j].path, "/cat"))
				address = mappings.entries[j].start;
		}
		mappings_free(&mappings);
	}
	CHECK(address);
	/* Gone before any of its records is taken. */
	close(go[1]);
	waitpid(child, NULL, 0);
	take_all();
	object = object_at(child, (const void *)address);
	CHECK(object && strstr(object->path, "/cat") && object->fd >= 0);
	CHECK(!object_at(child, (const void *)&begin));
	end();
}

static void reads_anew_what_was_lost(void)
{
	const size_t bytes = 4096;
	cpu_set_t all, one;
	void *address = NULL;

	begin();
	/* One ring is enough to overflow. */
	sched_getaffinity(0, sizeof(all), &all);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	for (int i = 0; i < 4000; i++) {
		if (address)
			munmap(address, bytes);
		address = mmap(NULL, bytes, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	}
	/* The last one found no room. That something was lost is said where there is some again. */
	take_all();
	munmap(mmap(NULL, bytes, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), bytes);
	take_all();
	CHECK(side_band.lost > 0);
	CHECK(object_at(getpid(), address) && object_at(getpid(), address)->kind == OBJECT_GENERATED);
	sched_setaffinity(0, sizeof(all), &all);
	munmap(address, bytes);
	end();
}

int main(void)
{
	follows_what_has_ended_already();
	follows_an_exec();
	reads_anew_what_was_lost();
	return check_report("side_band");
}
