// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "unwind/builder_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/bounds.h"
#include "target/confinement.h"

/* Exit codes of a reader; nobody but a debugger asks. */
enum { READER_DONE, READER_FAILED };

static bool write_all(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size > 0) {
		ssize_t written = write(fd, at, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		at += written;
		size -= written;
	}
	return true;
}

bool builder_answer_write(int fd, const struct elf_image *image, const struct table *table, bool is_elf, bool has_table)
{
	struct builder_answer answer = {
		.is_elf = is_elf,
		.has_table = has_table,
		.segments = image->segment_count,
		.rows = table->count,
		.malformed = table->malformed,
	};

	memcpy(answer.build_id, image->build_id, sizeof(answer.build_id));
	return write_all(fd, &answer, sizeof(answer)) &&
	       write_all(fd, image->segments, image->segment_count * sizeof(*image->segments)) &&
	       write_all(fd, table->rows, table->count * sizeof(*table->rows));
}

static void limit(int resource, rlim_t most)
{
	setrlimit(resource, &(struct rlimit){ most, most });
}

static _Noreturn void read_one(int file, int pipe, table_reader *read, pid_t builder)
{
	struct elf_image image = { 0 };
	struct table table = { 0 };
	bool is_elf, has_table;

	/* The builder ends with the collector, and this with the builder, also where it ended before the call. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != builder)
		_exit(READER_FAILED);
	limit(RLIMIT_AS, BUILDER_BYTES);
	limit(RLIMIT_CPU, BUILDER_CPU_SECONDS);
	/* Not a byte of it on any disk. */
	limit(RLIMIT_CORE, 0);
	/* A file on a network or in a user's own file system may never answer. */
	alarm(BUILDER_WALL_SECONDS);
	/* Without filters, as without capabilities alone, it still can do less than the collector. */
	confine(CONFINED_TO_OPEN_FILES);
	is_elf = elf_image_open(&image, file);
	has_table = is_elf && read(&table, image.elf);
	_exit(builder_answer_write(pipe, &image, &table, is_elf, has_table) ? READER_DONE : READER_FAILED);
}

/* Receives the two descriptors; false when the other side has closed. */
static bool receive(int socket, int files[2])
{
	char byte;
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(2 * sizeof(int))];
	} control;
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *rights;

	if (TEMP_FAILURE_RETRY(recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) != 1)
		return false;
	rights = CMSG_FIRSTHDR(&message);
	if (!rights || rights->cmsg_len != CMSG_LEN(2 * sizeof(int)))
		return false;
	memcpy(files, CMSG_DATA(rights), 2 * sizeof(int));
	return true;
}

_Noreturn void builder_serve(int socket, table_reader *read)
{
	pid_t builder = getpid();
	int files[2];

	while (receive(socket, files)) {
		pid_t reader = fork();

		if (reader == 0) {
			close(socket);
			read_one(files[0], files[1], read, builder);
		}
		close(files[0]);
		close(files[1]);
		/* One at a time: none is asked for before the last has answered. */
		while (reader > 0 && waitpid(reader, NULL, 0) < 0 && errno == EINTR)
			;
	}
	_exit(READER_DONE);
}
