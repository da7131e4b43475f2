// SPDX-License-Identifier: Apache-2.0
/* Readers as a file that took one over would have them: each asked for a file, and then an honest one again. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "support/bounds.h"
#include "unwind/builder.h"

/* What the reader at hand does; its process was forked from one that was forked long ago, memory alone reaches it. */
enum behaviour {
	HONEST,
	FINDS_NOTHING,
	CRASHES,
	EXITS,
	EXHAUSTS_MEMORY,
	LOOKS_AROUND,
	DESCENDS,
	INVENTS_RULES,
	INVENTS_REGISTERS,
	EXCEEDS,
	WAITS,
};

static struct shared {
	volatile enum behaviour behaviour;
	volatile bool waiting;
	volatile bool released;
	/* Of the waiting reader. */
	unsigned long long capabilities;
	int no_new_privileges;
	int seccomp;
	volatile pid_t reader;
} *shared;

static void add_row(struct table *table, uint64_t address, struct unwind_rule rule)
{
	table->rows = realloc(table->rows, (table->count + 1) * sizeof(*table->rows));
	memset(&table->rows[table->count], 0, sizeof(*table->rows));
	table->rows[table->count].address = address;
	table->rows[table->count++].rule = rule;
}

static void add_honest_rows(struct table *table)
{
	add_row(table, 0x1000, (struct unwind_rule){ .cfa = UNWIND_CFA_REGISTER, .cfa_register = UNWIND_RSP, .offset = 8 });
	add_row(table, 0x1001, (struct unwind_rule){ .cfa = UNWIND_CFA_REGISTER, .cfa_register = UNWIND_RSP, .offset = 16,
						     .rbp = UNWIND_AT_CFA, .rbp_slot = -2 });
	add_row(table, 0x1010, (struct unwind_rule){ .cfa = UNWIND_CFA_FRAME_POINTER });
	table->malformed = 7;
}

static size_t what_is_allowed(void)
{
	return (openat(AT_FDCWD, "/etc/passwd", O_RDONLY) >= 0) + (socket(AF_UNIX, SOCK_STREAM, 0) >= 0) + (fork() >= 0);
}

static bool read_table(struct table *table, Elf *elf)
{
	switch (shared->behaviour) {
	case FINDS_NOTHING:
		return false;
	case CRASHES:
		__builtin_trap();
		break;
	case EXITS:
		_exit(0);
	case EXHAUSTS_MEMORY:
		table->malformed = malloc(2 * BUILDER_BYTES) != NULL;
		return true;
	case LOOKS_AROUND:
		table->malformed = what_is_allowed();
		return true;
	case WAITS:
		shared->waiting = true;
		while (!shared->released)
			;
		break;
	default:
		break;
	}
	add_honest_rows(table);
	if (shared->behaviour == DESCENDS)
		add_row(table, 0x1010, (struct unwind_rule){ 0 });
	else if (shared->behaviour == INVENTS_RULES)
		add_row(table, 0x2000, (struct unwind_rule){ .cfa = UNWIND_CFA_UNSUPPORTED + 1 });
	else if (shared->behaviour == INVENTS_REGISTERS)
		add_row(table, 0x2000, (struct unwind_rule){ .cfa_register = UNWIND_REGISTERS });
	else if (shared->behaviour == EXCEEDS)
		table->count = MAX_TABLE_ROWS + 1;
	return true;
}

static bool ask(struct builder *builder, enum behaviour behaviour, struct table *table)
{
	struct elf_image layout;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	bool has_table;

	shared->behaviour = behaviour;
	has_table = builder_table(builder, fd, &layout, table);
	close(fd);
	elf_image_close(&layout);
	return has_table;
}

static void brings_what_was_read(struct builder *builder)
{
	struct elf_image layout, image;
	struct table table;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	shared->behaviour = HONEST;
	CHECK(builder_table(builder, fd, &layout, &table));
	CHECK_NUMBER(table.count, 3);
	CHECK_NUMBER(table.malformed, 7);
	CHECK_NUMBER(table.rows[1].address, 0x1001);
	CHECK_NUMBER(table.rows[1].rule.rbp, UNWIND_AT_CFA);
	CHECK(table.rows[1].rule.rbp_slot == -2);
	CHECK(elf_image_open(&image, fd));
	CHECK_NUMBER(layout.segment_count, image.segment_count);
	CHECK(memcmp(layout.segments, image.segments, image.segment_count * sizeof(*image.segments)) == 0);
	CHECK_TEXT(layout.build_id, image.build_id);
	elf_image_close(&image);
	elf_image_close(&layout);
	free(table.rows);
	close(fd);
}

static void knows_what_is_no_elf_file(struct builder *builder)
{
	struct elf_image layout;
	struct table table;
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	shared->behaviour = HONEST;
	CHECK(!builder_table(builder, fd, &layout, &table));
	CHECK_NUMBER(layout.segment_count, 0);
	close(fd);
	CHECK(!ask(builder, FINDS_NOTHING, &table));
	CHECK_NUMBER(builder_failures(builder), 0);
}

static void survives_its_readers(struct builder *builder)
{
	static const enum behaviour hostile[] = { CRASHES, EXITS, DESCENDS, INVENTS_RULES, INVENTS_REGISTERS, EXCEEDS };
	size_t count = sizeof(hostile) / sizeof(*hostile);
	struct table table;

	for (size_t i = 0; i < count; i++) {
		CHECK(!ask(builder, hostile[i], &table));
		CHECK(table.count == 0 && table.rows == NULL);
		CHECK_NUMBER(builder_failures(builder), i + 1);
		CHECK(ask(builder, HONEST, &table));
		CHECK_NUMBER(table.count, 3);
		free(table.rows);
	}
	CHECK(ask(builder, EXHAUSTS_MEMORY, &table));
	CHECK_NUMBER(table.malformed, 0);
	CHECK(ask(builder, LOOKS_AROUND, &table));
	CHECK_NUMBER(table.malformed, 0);
}

/* The first child of a process. */
static pid_t child_of(pid_t pid)
{
	char path[64];
	pid_t child = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%d", &child) != 1)
		child = 0;
	if (file)
		fclose(file);
	return child;
}

/* Waits for the reader to wait, and looks at it from outside. */
static void examine(pid_t builder)
{
	char path[64], line[256];
	FILE *file;

	while (!shared->waiting)
		usleep(1000);
	snprintf(path, sizeof(path), "/proc/%d/status", child_of(builder));
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		sscanf(line, "CapPrm: %llx", &shared->capabilities);
		sscanf(line, "NoNewPrivs: %d", &shared->no_new_privileges);
		sscanf(line, "Seccomp: %d", &shared->seccomp);
	}
	shared->released = true;
}

static void reads_without_rights(struct builder *builder)
{
	struct table table;
	pid_t pid = child_of(getpid()), observer;

	shared->capabilities = ~0ULL;
	observer = fork();
	if (observer == 0) {
		examine(pid);
		_exit(0);
	}
	CHECK(ask(builder, WAITS, &table));
	free(table.rows);
	CHECK(waitpid(observer, NULL, 0) == observer);
	CHECK_NUMBER(shared->capabilities, 0);
	CHECK_NUMBER(shared->no_new_privileges, 1);
	CHECK_NUMBER(shared->seccomp, 2);
}

static bool is_dead(pid_t pid)
{
	char path[64], state = 'Z';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (file) {
		fscanf(file, "%*d (%*[^)]) %c", &state);
		fclose(file);
	}
	return state == 'Z';
}

/* Kills the builder while its reader is at a file, which the reader would then finish. */
static void kill_busy(pid_t builder)
{
	while (!shared->waiting)
		usleep(1000);
	shared->reader = child_of(builder);
	kill(builder, SIGKILL);
	while (!is_dead(builder))
		usleep(1000);
	shared->released = true;
}

static void fails_when_it_was_killed(struct builder *builder)
{
	struct table table;
	pid_t pid = child_of(getpid()), observer;
	int status = 0;

	/* The reader becomes a child of this process. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	shared->waiting = shared->released = false;
	observer = fork();
	if (observer == 0) {
		kill_busy(pid);
		_exit(0);
	}
	CHECK(!ask(builder, WAITS, &table));
	CHECK(waitpid(observer, NULL, 0) == observer);
	CHECK(waitpid(shared->reader, &status, 0) == shared->reader);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	CHECK(!ask(builder, HONEST, &table));
	CHECK(!ask(builder, HONEST, &table));
}

int main(void)
{
	struct builder *builder;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared != MAP_FAILED);
	builder = builder_new(read_table, NULL);
	if (CHECK(builder != NULL)) {
		brings_what_was_read(builder);
		knows_what_is_no_elf_file(builder);
		survives_its_readers(builder);
		reads_without_rights(builder);
		CHECK(builder_free(builder) > 0);
	}
	builder = builder_new(read_table, NULL);
	if (CHECK(builder != NULL)) {
		fails_when_it_was_killed(builder);
		builder_free(builder);
	}
	return check_report("builder");
}
