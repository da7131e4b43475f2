// SPDX-License-Identifier: Apache-2.0
#include "backends/comms.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fail.h"

/* Open addressing with linear probing; tid 0 is an empty slot, for no thread of a user has it. */
struct slot {
	pid_t tid;
	char name[COMM_BYTES];
};

struct comms {
	struct slot *slots;
	/* A power of two. */
	size_t capacity;
	size_t used;
};

struct comms *comms_new(void)
{
	struct comms *comms = must_allocate(1, sizeof(*comms));

	comms->capacity = 256;
	comms->slots = must_allocate(comms->capacity, sizeof(*comms->slots));
	return comms;
}

void comms_free(struct comms *comms)
{
	if (!comms)
		return;
	free(comms->slots);
	free(comms);
}

static size_t home(const struct comms *comms, pid_t tid)
{
	return ((uint32_t)tid * 2654435769U) & (comms->capacity - 1);
}

/* The slot of `tid`, or the empty one where it would go. */
static struct slot *find(const struct comms *comms, pid_t tid)
{
	size_t at = home(comms, tid);

	while (comms->slots[at].tid && comms->slots[at].tid != tid)
		at = (at + 1) & (comms->capacity - 1);
	return &comms->slots[at];
}

static void grow(struct comms *comms)
{
	struct comms larger = { .capacity = comms->capacity * 2, .used = comms->used };

	larger.slots = must_allocate(larger.capacity, sizeof(*larger.slots));
	for (size_t i = 0; i < comms->capacity; i++) {
		if (comms->slots[i].tid)
			*find(&larger, comms->slots[i].tid) = comms->slots[i];
	}
	free(comms->slots);
	*comms = larger;
}

void comms_set(struct comms *comms, pid_t tid, const char *name)
{
	struct slot *slot;

	if (tid <= 0)
		return;
	if (comms->used * 2 >= comms->capacity)
		grow(comms);
	slot = find(comms, tid);
	comms->used += slot->tid == 0;
	slot->tid = tid;
	snprintf(slot->name, sizeof(slot->name), "%s", name);
}

void comms_inherit(struct comms *comms, pid_t tid, pid_t parent_tid)
{
	char name[COMM_BYTES];
	const struct slot *parent = find(comms, parent_tid);

	/* Unknown parent: what the id meant before is void, and /proc will be asked. */
	if (!parent->tid) {
		comms_remove(comms, tid);
		return;
	}
	memcpy(name, parent->name, sizeof(name));
	comms_set(comms, tid, name);
}

void comms_remove(struct comms *comms, pid_t tid)
{
	struct slot *slot = find(comms, tid);
	size_t mask = comms->capacity - 1;
	size_t hole, at;

	if (!slot->tid)
		return;
	comms->used--;
	hole = at = slot - comms->slots;
	/* Close the gap: move up whatever a search from its home would no longer reach. */
	for (;;) {
		at = (at + 1) & mask;
		if (!comms->slots[at].tid)
			break;
		if (((at - home(comms, comms->slots[at].tid)) & mask) < ((at - hole) & mask))
			continue;
		comms->slots[hole] = comms->slots[at];
		hole = at;
	}
	comms->slots[hole].tid = 0;
}

static void read_proc(pid_t pid, pid_t tid, char name[COMM_BYTES])
{
	char path[64];
	FILE *file;

	name[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", pid, tid);
	file = fopen(path, "re");
	if (!file)
		return;
	/* A newline ends the name, but may also be in it: take off the last only. */
	name[fread(name, 1, COMM_BYTES - 1, file)] = '\0';
	fclose(file);
	if (strlen(name) && name[strlen(name) - 1] == '\n')
		name[strlen(name) - 1] = '\0';
}

const char *comms_get(struct comms *comms, pid_t pid, pid_t tid)
{
	const struct slot *slot = find(comms, tid);
	char name[COMM_BYTES];

	if (slot->tid)
		return slot->name;
	if (tid <= 0)
		return "";
	read_proc(pid, tid, name);
	comms_set(comms, tid, name);
	return find(comms, tid)->name;
}
