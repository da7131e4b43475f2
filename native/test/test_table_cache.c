// SPDX-License-Identifier: Apache-2.0
/* What is kept of files from one capture to the next: nothing but what was answered of the very file, and checked again. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "unwind/builder.h"

/* Tables that readers, which are other processes, were asked for. */
static volatile int *asked;

static bool read_table(struct table *table, Elf *elf)
{
	++*asked;
	table->rows = calloc(1, sizeof(*table->rows));
	table->rows[0] = (struct table_row){ .address = 0x1000, .rule = { .cfa_register = UNWIND_RSP, .offset = 8 * *asked } };
	table->count = 1;
	return true;
}

static char folder[] = "/tmp/profbound-table-cache-XXXXXX";

/* The offset of the only rule of the file's table, as a capture with that folder finds it. */
static int offset_of(const char *path)
{
	struct table_cache *cache = table_cache_open(folder);
	struct builder *builder = builder_new(read_table, cache);
	int fd = open(path, O_RDONLY | O_CLOEXEC), offset = -1;
	struct elf_image layout;
	struct table table;

	if (CHECK(cache && builder) && CHECK(builder_table(builder, fd, &layout, &table) && table.count == 1))
		offset = table.rows[0].rule.offset;
	CHECK(layout.segment_count > 0);
	CHECK_NUMBER(builder_failures(builder), 0);
	table_free(&table);
	elf_image_close(&layout);
	close(fd);
	builder_free(builder);
	table_cache_free(cache);
	return offset;
}

/* The only file in the folder. */
static bool kept_file(char path[512])
{
	DIR *entries = opendir(folder);
	struct dirent *entry;
	int found = 0;

	while (entries && (entry = readdir(entries))) {
		if (entry->d_name[0] != '.') {
			snprintf(path, 512, "%s/%s", folder, entry->d_name);
			found++;
		}
	}
	closedir(entries);
	return found == 1;
}

static void spoil(const char *path, off_t at, char byte)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	CHECK(pwrite(fd, &byte, 1, at) == 1);
	close(fd);
}

static void reads_a_file_once(const char *program)
{
	char kept[512];
	struct stat status;

	CHECK_NUMBER(offset_of(program), 8);
	CHECK_NUMBER(offset_of(program), 8);
	CHECK_NUMBER(*asked, 1);
	CHECK(kept_file(kept) && stat(kept, &status) == 0 && (status.st_mode & 0777) == 0600);
}

/* Each time the file is read again; what was spoilt stays, for a name is given once. */
static void believes_nothing_malformed(const char *program)
{
	char kept[512];
	struct stat status;

	if (!CHECK(kept_file(kept) && stat(kept, &status) == 0))
		return;
	/* A rule that there is not: its first byte lies behind the row's address. */
	spoil(kept, status.st_size - sizeof(struct unwind_rule), 0x7f);
	CHECK_NUMBER(offset_of(program), 16);
	CHECK(truncate(kept, status.st_size - 1) == 0);
	CHECK_NUMBER(offset_of(program), 24);
	CHECK(truncate(kept, 0) == 0);
	CHECK_NUMBER(offset_of(program), 32);
	CHECK(unlink(kept) == 0 && symlink(program, kept) == 0);
	CHECK_NUMBER(offset_of(program), 40);
	CHECK(unlink(kept) == 0);
}

static void tells_changed_files(const char *program)
{
	CHECK_NUMBER(offset_of(program), 48);
	CHECK_NUMBER(offset_of(program), 48);
	CHECK(chmod(program, 0700) == 0);
	CHECK_NUMBER(offset_of(program), 56);
}

static void refuses_folders_of_others(void)
{
	char link[64];

	CHECK(chmod(folder, 0770) == 0);
	CHECK(!table_cache_open(folder) && errno == EPERM);
	CHECK(chmod(folder, 0700) == 0);
	snprintf(link, sizeof(link), "%s/link", folder);
	CHECK(symlink(folder, link) == 0);
	CHECK(!table_cache_open(link));
	CHECK(!table_cache_open("/proc/self/exe"));
	CHECK(!table_cache_open("/nowhere"));
	if (geteuid() == 0) {
		CHECK(chown(folder, 1, 1) == 0);
		CHECK(!table_cache_open(folder) && errno == EPERM);
	}
}

int main(void)
{
	char program[] = "/tmp/profbound-table-cached-XXXXXX", command[256];
	int fd = mkstemp(program);

	asked = mmap(NULL, sizeof(*asked), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	snprintf(command, sizeof(command), "cp /proc/%d/exe %s", getpid(), program);
	if (CHECK(fd >= 0 && mkdtemp(folder)) && CHECK(system(command) == 0)) {
		reads_a_file_once(program);
		believes_nothing_malformed(program);
		tells_changed_files(program);
		refuses_folders_of_others();
	}
	snprintf(command, sizeof(command), "rm -rf %s %s", program, folder);
	CHECK(system(command) == 0);
	return check_report("table_cache");
}
