/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left to a process that parses the measured program's files: an error in a parser then gives whoever wrote such
 * a file nothing to work with.
 */
#ifndef PROFBOUND_CONFINEMENT_H
#define PROFBOUND_CONFINEMENT_H

#include <stdbool.h>

enum confinement {
	/* Reads and writes what is open already, and has memory; no file can be opened. */
	CONFINED_TO_OPEN_FILES,
	/* Also opens files, for reading alone, with the rights of its user. */
	CONFINED_TO_READING,
};

/*
 * Gives up every capability for good, and has the kernel refuse with EPERM what parsing takes not: programs, processes,
 * signals, sockets, writable files, executable memory. Holds for the calling thread and what it starts.
 * False when the kernel has no seccomp filters: then the capabilities alone are gone.
 */
bool confine(enum confinement confinement);

#endif
