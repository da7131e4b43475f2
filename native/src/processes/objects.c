// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "processes/objects.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "processes/mapped_files.h"
#include "support/fail.h"
#include "support/bounds.h"
#include "symbols/kallsyms.h"
#include "target/process_status.h"

#define NOT_ELF UINT32_MAX

/* What eight processes that mapped a file could not give is not to be had; each attempt takes some ten microseconds. */
#define MAX_OPEN_ATTEMPTS 8

static uint32_t add(struct objects *objects, enum object_kind kind, const char *path)
{
	if (objects->count == objects->capacity) {
		objects->capacity = objects->capacity ? objects->capacity * 2 : 64;
		objects->entries = must_resize(objects->entries, objects->capacity, sizeof(*objects->entries));
	}
	objects->entries[objects->count] =
		(struct object){ .kind = kind, .path = must_copy(path), .fd = -1, .jitdump_fd = -1, .owner = { .root = -1 } };
	return objects->count++;
}

void objects_initialise(struct objects *objects)
{
	memset(objects, 0, sizeof(*objects));
	add(objects, OBJECT_MARKER, "");
	objects->entries[add(objects, OBJECT_KERNEL, "[kernel.kallsyms]")].fd = kallsyms_open();
	add(objects, OBJECT_VDSO, "[vdso]");
}

static bool is_elf(int fd)
{
	char magic[SELFMAG];

	return pread(fd, magic, SELFMAG, 0) == SELFMAG && memcmp(magic, ELFMAG, SELFMAG) == 0;
}

/* Makes sure that one more file can be kept, if need be by closing one that no sample lies in. */
static bool make_room(struct objects *objects)
{
	for (uint32_t i = 0; objects->kept_files >= MAX_KEPT_FILES && i < objects->count; i++) {
		struct object *object = &objects->entries[objects->next_victim++ % objects->count];

		if (object->kind != OBJECT_FILE || object->is_sampled || object->fd < 0)
			continue;
		close(object->fd);
		object->fd = -1;
		object->crowded_out = true;
		objects->kept_files--;
	}
	return objects->kept_files < MAX_KEPT_FILES;
}

/* Takes over `fd`. */
static void keep_file(struct objects *objects, struct object *object, int fd)
{
	object->crowded_out = !make_room(objects);
	if (object->crowded_out) {
		close(fd);
		return;
	}
	object->fd = fd;
	objects->kept_files++;
}

static uint32_t add_file(struct objects *objects, pid_t pid, int root, const struct mapping *mapping)
{
	int fd = mapped_file_open(pid, root, mapping);
	uint32_t number;

	if (fd >= 0 && !is_elf(fd)) {
		close(fd);
		return NOT_ELF;
	}
	number = add(objects, OBJECT_FILE, mapping->path);
	objects->entries[number].attempts = fd < 0;
	if (fd >= 0)
		keep_file(objects, &objects->entries[number], fd);
	return number;
}

/* Another process maps a file that is not open. */
static void open_again(struct objects *objects, struct object *object, pid_t pid, int root, const struct mapping *mapping)
{
	int fd;

	if (object->fd >= 0 || object->attempts == MAX_OPEN_ATTEMPTS)
		return;
	fd = mapped_file_open(pid, root, mapping);
	object->attempts += fd < 0;
	if (fd >= 0)
		keep_file(objects, object, fd);
}

bool objects_file(struct objects *objects, pid_t pid, int root, const struct mapping *mapping, uint32_t *number)
{
	char key[8192];
	bool is_new;
	uint32_t file;

	snprintf(key, sizeof(key), "%lx:%lx:%s", mapping->device, mapping->inode, mapping->path);
	file = interner_add(&objects->files, key, strlen(key), &is_new);
	if (is_new) {
		objects->file_objects = must_resize(objects->file_objects, file + 1, sizeof(*objects->file_objects));
		objects->file_objects[file] = add_file(objects, pid, root, mapping);
	}
	*number = objects->file_objects[file];
	if (*number != NOT_ELF && !is_new && !objects->entries[*number].crowded_out)
		open_again(objects, &objects->entries[*number], pid, root, mapping);
	return *number != NOT_ELF;
}

void objects_sampled(struct objects *objects, pid_t pid, int root, const struct mapping *mapping)
{
	struct object *object = &objects->entries[mapping->object];

	if (object->kind != OBJECT_FILE || object->is_sampled)
		return;
	object->is_sampled = true;
	open_again(objects, object, pid, root, mapping);
}

uint32_t objects_crowded_out(const struct objects *objects)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < objects->count; i++)
		count += objects->entries[i].is_sampled && objects->entries[i].crowded_out;
	return count;
}

static void close_root(const struct process_root *root)
{
	if (root->fd >= 0)
		close(root->fd);
	if (root->namespace_fd >= 0)
		close(root->namespace_fd);
}

/* Opens the root folder of a process; false when it is gone. */
static bool open_root(struct process_root *root, pid_t pid)
{
	struct stat status;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	root->namespace_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (root->namespace_fd >= 0 && fstat(root->namespace_fd, &status) == 0)
		root->namespace = status.st_ino;
	snprintf(path, sizeof(path), "/proc/%d/root", pid);
	root->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* It may be looked into by fewer users than its files: then it is most likely ours. */
	if (root->fd < 0 && (errno == EACCES || errno == EPERM))
		root->fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root->fd < 0 || fstat(root->fd, &status)) {
		close_root(root);
		return false;
	}
	root->device = status.st_dev;
	root->inode = status.st_ino;
	return true;
}

int objects_root(struct objects *objects, pid_t pid)
{
	struct process_root root = { 0 };

	if (!open_root(&root, pid)) {
		pid_t other = process_other_thread(pid);

		if (!other || !open_root(&root, other))
			return -1;
	}
	for (uint32_t i = 0; i < objects->root_count; i++) {
		const struct process_root *known = &objects->roots[i];

		if (known->device == root.device && known->inode == root.inode && known->namespace == root.namespace) {
			close_root(&root);
			return known->fd;
		}
	}
	if (!make_room(objects)) {
		close_root(&root);
		return -1;
	}
	objects->roots = must_resize(objects->roots, objects->root_count + 1, sizeof(*objects->roots));
	objects->roots[objects->root_count++] = root;
	objects->kept_files += 2;
	return root.fd;
}

uint32_t objects_generated(struct objects *objects, pid_t pid, int root)
{
	uint32_t number = add(objects, OBJECT_GENERATED, "");
	struct object *object = &objects->entries[number];
	struct process_status status;

	object->is_void = !process_status_read(pid, &status);
	if (!object->is_void)
		object->owner = (struct perf_map_owner){
			.root = root,
			.pid = status.own_pid,
			.user = status.user,
			.started = status.started,
		};
	return number;
}

/* Takes over `fd`, which may be -1. */
static void keep_jitdump(struct objects *objects, struct object *object, int fd)
{
	if (fd < 0)
		return;
	object->crowded_out = objects->kept_maps >= MAX_KEPT_FILES;
	if (object->crowded_out) {
		close(fd);
		return;
	}
	object->jitdump_fd = fd;
	objects->kept_maps++;
}

void objects_jitdump(struct objects *objects, uint32_t generated, pid_t pid, int root, const struct mapping *mapping)
{
	struct object *object = &objects->entries[generated];

	if (object->jitdump_fd < 0)
		keep_jitdump(objects, object, mapped_file_open(pid, root, mapping));
}

bool objects_follow_maps(struct objects *objects, uint64_t now)
{
	size_t room = MAX_PERF_MAP_BYTES;
	bool any = false;

	for (uint32_t i = 0; i < objects->count; i++)
		room -= objects->entries[i].history.size < room ? objects->entries[i].history.size : room;
	for (uint32_t i = 0; i < objects->count; i++) {
		struct object *object = &objects->entries[i];
		size_t before = object->history.size, read;

		if (object->kind != OBJECT_GENERATED || object->is_void || object->owner.root < 0)
			continue;
		any = true;
		if (!object->is_sampled)
			continue;
		perf_map_follow(&object->history, &object->owner, room, now);
		read = object->history.size - before;
		room -= read < room ? read : room;
		if (object->jitdump_fd < 0)
			keep_jitdump(objects, object, perf_map_open_jitdump(&object->owner, &object->history.is_stale));
	}
	return any;
}

void objects_free(struct objects *objects)
{
	for (uint32_t i = 0; i < objects->count; i++) {
		struct object *object = &objects->entries[i];

		free(object->path);
		symbols_free(&object->names);
		perf_map_history_free(&object->history);
		if (object->fd >= 0)
			close(object->fd);
		if (object->jitdump_fd >= 0)
			close(object->jitdump_fd);
	}
	for (uint32_t i = 0; i < objects->root_count; i++)
		close_root(&objects->roots[i]);
	free(objects->roots);
	free(objects->entries);
	free(objects->file_objects);
	interner_free(&objects->files);
	memset(objects, 0, sizeof(*objects));
}
