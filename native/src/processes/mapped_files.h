/* SPDX-License-Identifier: Apache-2.0 */
/* The files behind mappings, which other processes may delete, replace or see under another root. */
#ifndef PROFBOUND_MAPPED_FILES_H
#define PROFBOUND_MAPPED_FILES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "processes/mappings.h"

/* What the kernel says of a mapped file: the device and inode that maps files and records show. */
struct mapped_identity {
	uint64_t device; /* major << 32 | minor */
	uint64_t inode;
};

/*
 * How the kernel shows a file where it is mapped. Overlay and subvolume file systems show another device, or another
 * inode, to fstat(2): so the file is mapped here for a moment. False when it cannot be.
 */
bool mapped_file_identify(int fd, struct mapped_identity *identity);

/*
 * Opens the file of a mapping of process `pid`: by its mapping there, as its program, by its path below its root, below
 * `root` (the folder it or its parent had, or -1), or here. Only the very file that was mapped counts, whatever has its
 * name now. -1 when it is not to be had.
 */
int mapped_file_open(pid_t pid, int root, const struct mapping *mapping);

#endif
