/* SPDX-License-Identifier: Apache-2.0 */
/* The environment a command is run in: the one its user gave. */
#ifndef PROFBOUND_ENVIRONMENT_H
#define PROFBOUND_ENVIRONMENT_H

/*
 * Gives back what the C library took away: of a program with file capabilities it removes LD_LIBRARY_PATH, TMPDIR and
 * the like at its start, for its own protection. The command gains no capabilities and is to run as it would without
 * us. Called in the process that becomes the command: it may be looked into from then on.
 */
void environment_restore(void);

#endif
