// SPDX-License-Identifier: Apache-2.0
/* The files behind mappings: opened when they are mapped, and only the very ones. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "processes/mapped_files.h"
#include "processes/objects.h"
#include "support/bounds.h"

/* Above PID_MAX_LIMIT of the kernel: no process has it. */
#define PARENT 0x7fff0001

static struct objects objects;

/* A file of its own with `text` in it, named in `path`. */
static int make_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	return fd;
}

static struct mapping mapping_of(int fd, const char *path)
{
	struct mapped_identity identity = { 0 };

	CHECK(mapped_file_identify(fd, &identity));
	return (struct mapping){
		.end = 0x1000, .device = identity.device, .inode = identity.inode, .path = (char *)path
	};
}

static void only_the_very_file_is_opened(void)
{
	char path[] = "/tmp/profbound-test-XXXXXX", other[] = "/tmp/profbound-test-XXXXXX";
	int fd = make_file(path, "\177ELF first"), replacement = make_file(other, "\177ELF second"), opened;
	struct mapping mapping = mapping_of(fd, path);
	char text[16] = "";

	opened = mapped_file_open(PARENT, -1, &mapping);
	CHECK(opened >= 0 && read(opened, text, sizeof(text)) == 10 && strcmp(text + 4, " first") == 0);
	close(opened);
	/* Another file takes its name. */
	CHECK(rename(other, path) == 0);
	CHECK_NUMBER(mapped_file_open(PARENT, -1, &mapping), -1);
	/* A device under that name is not even opened. */
	mapping.path = "/dev/zero";
	CHECK_NUMBER(mapped_file_open(PARENT, -1, &mapping), -1);
	close(fd);
	close(replacement);
	unlink(path);
}

static void a_root_is_kept_for_those_who_are_gone(void)
{
	char folder[] = "/tmp/profbound-test-XXXXXX", path[64], text[16] = "";
	int root, fd, opened;
	struct mapping mapping;

	CHECK(mkdtemp(folder));
	root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/program", folder);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	CHECK(write(fd, "\177ELF", 4) == 4);
	mapping = mapping_of(fd, "/program");
	CHECK_NUMBER(mapped_file_open(PARENT, -1, &mapping), -1);
	opened = mapped_file_open(PARENT, root, &mapping);
	CHECK(opened >= 0 && read(opened, text, sizeof(text)) == 4);
	close(opened);
	close(fd);
	close(root);
	unlink(path);
	rmdir(folder);
}

static void files_beyond_the_bound_are_counted(void)
{
	char path[] = "/tmp/profbound-test-XXXXXX", names[MAX_KEPT_FILES + 20][40];
	uint32_t numbers[MAX_KEPT_FILES + 20];
	size_t count = MAX_KEPT_FILES + 20;

	CHECK(mkdtemp(path));
	objects_initialise(&objects);
	for (size_t i = 0; i < count; i++) {
		struct mapping mapping;
		int fd;

		snprintf(names[i], sizeof(names[i]), "%s/%zu", path, i);
		fd = open(names[i], O_RDWR | O_CREAT | O_CLOEXEC, 0700);
		CHECK(write(fd, "\177ELF", 4) == 4);
		mapping = mapping_of(fd, names[i]);
		CHECK(objects_file(&objects, PARENT, -1, &mapping, &numbers[i]));
		mapping.object = numbers[i];
		/* No sample lies in the first twenty: they make room for others. */
		if (i >= 20)
			objects_sampled(&objects, PARENT, -1, &mapping);
		close(fd);
	}
	CHECK_NUMBER(objects.kept_files, MAX_KEPT_FILES);
	CHECK_NUMBER(objects_crowded_out(&objects), 0);
	CHECK(objects.entries[numbers[0]].fd < 0);
	CHECK(objects.entries[numbers[count - 1]].fd >= 0);
	for (size_t i = 0; i < 3; i++) {
		struct mapping mapping = { .object = numbers[i], .path = names[i] };

		objects_sampled(&objects, PARENT, -1, &mapping);
	}
	CHECK_NUMBER(objects_crowded_out(&objects), 3);
	for (size_t i = 0; i < count; i++)
		unlink(names[i]);
	rmdir(path);
	objects_free(&objects);
}

int main(void)
{
	only_the_very_file_is_opened();
	a_root_is_kept_for_those_who_are_gone();
	files_beyond_the_bound_are_counted();
	return check_report("mapped_files");
}
