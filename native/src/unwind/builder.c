// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "unwind/builder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/bounds.h"
#include "support/clock.h"
#include "support/fail.h"
#include "target/privileges.h"
#include "unwind/builder_reader.h"

/* What the kernel lets an ordinary user have in a pipe, so that a table takes few turns. */
#define PIPE_BYTES (1 << 20)

struct builder {
	pid_t pid;
	int socket;
	struct table_cache *cache;
	size_t failures;
};

/* Leaves nothing of the collector: no files but the socket, no capabilities, no life of its own. */
static _Noreturn void become_builder(int socket, table_reader *read)
{
	int nothing = open("/dev/null", O_RDWR);

	/* The user's Ctrl-C ends the capture, which still has files to be read then. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	privileges_drop();
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(nothing, fd);
	/* Linux before 5.9 has no such call; all files of the collector end with programs, and this one runs none. */
	if (dup2(socket, STDERR_FILENO + 1) < 0)
		_exit(EXIT_CANNOT_MEASURE);
	syscall(SYS_close_range, STDERR_FILENO + 2, ~0U, 0);
	builder_serve(STDERR_FILENO + 1, read);
}

struct builder *builder_new(table_reader *read, struct table_cache *cache)
{
	struct builder *builder;
	int sockets[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
		return NULL;
	pid = fork();
	if (pid == 0)
		become_builder(sockets[1], read);
	close(sockets[1]);
	if (pid < 0) {
		close(sockets[0]);
		return NULL;
	}
	builder = must_allocate(1, sizeof(*builder));
	*builder = (struct builder){ .pid = pid, .socket = sockets[0], .cache = cache };
	return builder;
}

static bool send_files(const struct builder *builder, int file, int pipe)
{
	const int files[] = { file, pipe };
	char byte = 0;
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(files))];
	} control = { .header = { .cmsg_len = CMSG_LEN(sizeof(files)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control),
	};

	memcpy(CMSG_DATA(&control.header), files, sizeof(files));
	return TEMP_FAILURE_RETRY(sendmsg(builder->socket, &message, MSG_NOSIGNAL)) == 1;
}

static bool read_all(int fd, void *bytes, size_t size)
{
	char *at = bytes;

	while (size > 0) {
		ssize_t got = TEMP_FAILURE_RETRY(read(fd, at, size));

		if (got <= 0)
			return false;
		at += got;
		size -= got;
	}
	return true;
}

/* Whether a reader that may have been taken over has answered a table as table.h describes one. */
static bool is_well_formed(const struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct unwind_rule *rule = &table->rows[i].rule;

		if (i > 0 && table->rows[i].address <= table->rows[i - 1].address)
			return false;
		if (rule->cfa > UNWIND_CFA_UNSUPPORTED || rule->cfa_register >= UNWIND_REGISTERS || rule->rbp > UNWIND_LOST ||
		    rule->rbx > UNWIND_LOST)
			return false;
	}
	return true;
}

static bool receive_layout(int pipe, const struct builder_answer *answer, struct elf_image *layout)
{
	if (answer->segments > MAX_SEGMENTS)
		return false;
	memcpy(layout->build_id, answer->build_id, sizeof(layout->build_id) - 1);
	layout->segments = must_allocate(answer->segments, sizeof(*layout->segments));
	layout->segment_count = answer->segments;
	return read_all(pipe, layout->segments, answer->segments * sizeof(*layout->segments));
}

static bool receive_table(int pipe, const struct builder_answer *answer, struct table *table)
{
	if (answer->rows > MAX_TABLE_ROWS)
		return false;
	table->rows = must_allocate(answer->rows, sizeof(*table->rows));
	table->count = table->capacity = answer->rows;
	table->malformed = answer->malformed;
	return read_all(pipe, table->rows, answer->rows * sizeof(*table->rows)) && is_well_formed(table);
}

/* What a reader answered of a file; where it is no such answer, nothing is left of it. */
struct received {
	struct elf_image *layout;
	struct table *table;
	bool is_elf;
	bool has_table;
};

static bool receive(int fd, struct received *received)
{
	struct builder_answer answer;

	*received->layout = (struct elf_image){ 0 };
	*received->table = (struct table){ 0 };
	if (read_all(fd, &answer, sizeof(answer))) {
		received->is_elf = answer.is_elf;
		received->has_table = answer.is_elf && answer.has_table;
		if (!answer.is_elf || (receive_layout(fd, &answer, received->layout) && receive_table(fd, &answer, received->table)))
			return true;
	}
	elf_image_close(received->layout);
	table_free(received->table);
	return false;
}

static bool recall(const struct builder *builder, int elf_fd, struct received *received)
{
	int fd = builder->cache ? table_cache_find(builder->cache, elf_fd) : -1;
	bool known = fd >= 0 && receive(fd, received);

	if (fd >= 0)
		close(fd);
	return known;
}

static void remember(const struct builder *builder, int elf_fd, const struct received *received)
{
	int fd = builder->cache ? table_cache_begin(builder->cache) : -1;

	if (fd >= 0)
		table_cache_keep(builder->cache, elf_fd, fd,
				 builder_answer_write(fd, received->layout, received->table, received->is_elf, received->has_table));
}

/* Has a reader read the file. */
static bool ask(const struct builder *builder, int elf_fd, struct received *received)
{
	bool answered;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return false;
	fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
	answered = send_files(builder, elf_fd, ends[1]);
	close(ends[1]);
	answered = answered && receive(ends[0], received);
	close(ends[0]);
	return answered;
}

bool builder_table(struct builder *builder, int elf_fd, struct elf_image *layout, struct table *table)
{
	struct received received = { .layout = layout, .table = table };

	*layout = (struct elf_image){ 0 };
	*table = (struct table){ 0 };
	if (!recall(builder, elf_fd, &received)) {
		if (!ask(builder, elf_fd, &received)) {
			builder->failures++;
			return false;
		}
		remember(builder, elf_fd, &received);
	}
	if (!received.has_table)
		table_free(table);
	return received.has_table;
}

size_t builder_failures(const struct builder *builder)
{
	return builder->failures;
}

uint64_t builder_free(struct builder *builder)
{
	struct rusage used = { 0 };

	close(builder->socket);
	TEMP_FAILURE_RETRY(wait4(builder->pid, NULL, 0, &used));
	free(builder);
	return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * NANOSECONDS +
	       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000ULL;
}
