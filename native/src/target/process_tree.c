// SPDX-License-Identifier: Apache-2.0
#include "target/process_tree.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fail.h"

struct process {
	pid_t pid;
	pid_t parent;
	bool member;
};

struct process_table {
	struct process *items;
	size_t count;
};

pid_t process_stat_parent(const char *line)
{
	/* PID (name) state parent …: a name may hold blanks and parentheses, nothing after it does. */
	const char *after = strrchr(line, ')');
	int parent;

	if (!after || sscanf(after + 1, " %*c %d", &parent) != 1)
		return -1;
	return parent;
}

bool process_stat_read(pid_t pid, char line[PROCESS_STAT_BYTES])
{
	char path[64];
	size_t got;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	got = fread(line, 1, PROCESS_STAT_BYTES - 1, file);
	fclose(file);
	line[got] = '\0';
	return got > 0;
}

static pid_t read_parent(pid_t pid)
{
	char line[PROCESS_STAT_BYTES];

	return process_stat_read(pid, line) ? process_stat_parent(line) : -1;
}

/* A directory entry's name as a process id; 0 when it is none. */
static pid_t entry_pid(const struct dirent *entry)
{
	char *end;
	long pid = strtol(entry->d_name, &end, 10);

	return *end == '\0' && pid > 0 ? (pid_t)pid : 0;
}

static struct process_table read_processes(void)
{
	struct process_table table = { 0 };
	size_t room = 0;
	DIR *directory = opendir("/proc");
	const struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		pid_t pid = entry_pid(entry);

		if (!pid)
			continue;
		if (table.count == room) {
			room = room ? room * 2 : 256;
			table.items = must_resize(table.items, room, sizeof(*table.items));
		}
		table.items[table.count++] = (struct process){ .pid = pid, .parent = read_parent(pid) };
	}
	if (directory)
		closedir(directory);
	return table;
}

static bool is_member(const struct process_table *table, pid_t pid)
{
	for (size_t i = 0; i < table->count; i++) {
		if (table->items[i].pid == pid)
			return table->items[i].member;
	}
	return false;
}

/* Ids wrap around, so a child may come before its parent: look until nothing is added. */
static void mark_members(struct process_table *table, const pid_t *roots, size_t root_count)
{
	bool added;

	for (size_t i = 0; i < table->count; i++) {
		for (size_t root = 0; root < root_count; root++)
			table->items[i].member |= table->items[i].pid == roots[root];
	}
	do {
		added = false;
		for (size_t i = 0; i < table->count; i++) {
			struct process *process = &table->items[i];

			if (!process->member && is_member(table, process->parent))
				process->member = added = true;
		}
	} while (added);
}

static void add_threads(struct thread_list *list, size_t *room, pid_t pid)
{
	char path[64];
	DIR *directory;
	const struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	directory = opendir(path);
	while (directory && (entry = readdir(directory))) {
		pid_t tid = entry_pid(entry);

		if (!tid)
			continue;
		if (list->count == *room) {
			*room = *room ? *room * 2 : 64;
			list->items = must_resize(list->items, *room, sizeof(*list->items));
		}
		list->items[list->count++] = (struct thread_id){ .pid = pid, .tid = tid };
	}
	if (directory)
		closedir(directory);
}

void process_tree_threads(const pid_t *roots, size_t root_count, struct thread_list *list)
{
	struct process_table table = read_processes();
	size_t room = 0;

	thread_list_free(list);
	mark_members(&table, roots, root_count);
	for (size_t i = 0; i < table.count; i++) {
		if (table.items[i].member)
			add_threads(list, &room, table.items[i].pid);
	}
	free(table.items);
}

void thread_list_free(struct thread_list *list)
{
	free(list->items);
	*list = (struct thread_list){ 0 };
}
