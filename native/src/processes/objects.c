// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "processes/objects.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/fail.h"
#include "support/bounds.h"
#include "symbols/kallsyms.h"
#include "target/process_status.h"

#define NOT_ELF UINT32_MAX

static uint32_t add(struct objects *objects, enum object_kind kind, const char *path)
{
	if (objects->count == objects->capacity) {
		objects->capacity = objects->capacity ? objects->capacity * 2 : 64;
		objects->entries = must_resize(objects->entries, objects->capacity, sizeof(*objects->entries));
	}
	objects->entries[objects->count] =
		(struct object){ .kind = kind, .path = must_copy(path), .fd = -1, .owner = { .root = -1 } };
	return objects->count++;
}

void objects_initialise(struct objects *objects)
{
	memset(objects, 0, sizeof(*objects));
	add(objects, OBJECT_MARKER, "");
	objects->entries[add(objects, OBJECT_KERNEL, "[kernel.kallsyms]")].fd = kallsyms_open();
	add(objects, OBJECT_VDSO, "[vdso]");
}

/* Opens a regular file; devices and the like are not even opened, which for them can have effects. */
static int open_regular(const char *path)
{
	char again[64];
	struct stat status;
	int handle = open(path, O_PATH | O_CLOEXEC), fd = -1;

	if (handle < 0)
		return -1;
	snprintf(again, sizeof(again), "/proc/self/fd/%d", handle);
	if (fstat(handle, &status) == 0 && S_ISREG(status.st_mode))
		fd = open(again, O_RDONLY | O_CLOEXEC);
	close(handle);
	return fd;
}

/* Whether an open file is what was mapped. Device numbers are not compared: overlay file systems show different ones. */
static bool is_mapped_file(int fd, const struct mapping *mapping)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_ino == mapping->inode;
}

static int open_mapped(pid_t pid, const struct mapping *mapping)
{
	char path[8192];
	int fd;

	/* The very file, also when it is deleted or a memfd; needs CAP_CHECKPOINT_RESTORE. */
	snprintf(path, sizeof(path), "/proc/%d/map_files/%lx-%lx", pid, mapping->start, mapping->end);
	fd = open_regular(path);
	if (fd >= 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	fd = open_regular(path);
	if (fd >= 0 && is_mapped_file(fd, mapping))
		return fd;
	if (fd >= 0)
		close(fd);
	/* What now has the name of a deleted file is another file. */
	if (mapping->deleted)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/root%s", pid, mapping->path);
	fd = open_regular(path);
	return fd >= 0 ? fd : open_regular(mapping->path);
}

static bool is_elf(int fd)
{
	char magic[SELFMAG];

	return pread(fd, magic, SELFMAG, 0) == SELFMAG && memcmp(magic, ELFMAG, SELFMAG) == 0;
}

static uint32_t add_file(struct objects *objects, pid_t pid, const struct mapping *mapping)
{
	int fd = open_mapped(pid, mapping);
	uint32_t number;

	if (fd >= 0 && !is_elf(fd)) {
		close(fd);
		return NOT_ELF;
	}
	number = add(objects, OBJECT_FILE, mapping->path);
	if (fd >= 0 && objects->kept_files < MAX_KEPT_FILES) {
		objects->entries[number].fd = fd;
		objects->kept_files++;
	} else if (fd >= 0) {
		close(fd);
	}
	return number;
}

bool objects_file(struct objects *objects, pid_t pid, const struct mapping *mapping, uint32_t *number)
{
	char key[8192];
	bool is_new;
	uint32_t file;

	snprintf(key, sizeof(key), "%lx:%lx:%s", mapping->device, mapping->inode, mapping->path);
	file = interner_add(&objects->files, key, strlen(key), &is_new);
	if (is_new) {
		objects->file_objects = must_resize(objects->file_objects, file + 1, sizeof(*objects->file_objects));
		objects->file_objects[file] = add_file(objects, pid, mapping);
	}
	*number = objects->file_objects[file];
	return *number != NOT_ELF;
}

/* The root folder of a process, O_PATH; -1 when there is none to be had. Shared by all that have the same. */
static int keep_root(struct objects *objects, pid_t pid)
{
	struct process_root root = { 0 };
	struct stat status;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	if (stat(path, &status) == 0)
		root.namespace = status.st_ino;
	snprintf(path, sizeof(path), "/proc/%d/root", pid);
	root.fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* It may be looked into by fewer users than its files: then it is most likely ours. */
	if (root.fd < 0)
		root.fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root.fd < 0 || fstat(root.fd, &status))
		return -1;
	root.device = status.st_dev;
	root.inode = status.st_ino;
	for (uint32_t i = 0; i < objects->root_count; i++) {
		const struct process_root *known = &objects->roots[i];

		if (known->device == root.device && known->inode == root.inode && known->namespace == root.namespace) {
			close(root.fd);
			return known->fd;
		}
	}
	if (objects->kept_files == MAX_KEPT_FILES) {
		close(root.fd);
		return -1;
	}
	objects->roots = must_resize(objects->roots, objects->root_count + 1, sizeof(*objects->roots));
	objects->roots[objects->root_count++] = root;
	objects->kept_files++;
	return root.fd;
}

uint32_t objects_generated(struct objects *objects, pid_t pid)
{
	uint32_t number = add(objects, OBJECT_GENERATED, "");
	struct object *object = &objects->entries[number];
	struct process_status status;

	object->is_void = !process_status_read(pid, &status);
	if (!object->is_void)
		object->owner = (struct perf_map_owner){
			.root = keep_root(objects, pid),
			.pid = status.own_pid,
			.user = status.user,
			.started = status.started,
		};
	return number;
}

void objects_open_maps(struct objects *objects)
{
	for (uint32_t i = 0; i < objects->count && objects->kept_maps < MAX_KEPT_FILES; i++) {
		struct object *object = &objects->entries[i];

		if (object->kind != OBJECT_GENERATED || object->is_void || object->owner.root < 0 || object->fd >= 0)
			continue;
		object->fd = perf_map_open(&object->owner);
		objects->kept_maps += object->fd >= 0;
	}
}

void objects_free(struct objects *objects)
{
	for (uint32_t i = 0; i < objects->count; i++) {
		struct object *object = &objects->entries[i];

		free(object->path);
		if (object->fd >= 0)
			close(object->fd);
	}
	for (uint32_t i = 0; i < objects->root_count; i++)
		close(objects->roots[i].fd);
	free(objects->roots);
	free(objects->entries);
	free(objects->file_objects);
	interner_free(&objects->files);
	memset(objects, 0, sizeof(*objects));
}
