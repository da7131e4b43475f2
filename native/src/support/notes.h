/* SPDX-License-Identifier: Apache-2.0 */
/* A short list of sentences for the user. */
#ifndef PROFBOUND_NOTES_H
#define PROFBOUND_NOTES_H

#include <stddef.h>

#define MAX_NOTES 16

struct notes {
	char *lines[MAX_NOTES];
	size_t count;
};

/* Adds a sentence; those beyond MAX_NOTES and those already there are left out. */
void notes_add(struct notes *notes, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
