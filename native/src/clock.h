/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks, in nanoseconds. */
#ifndef PROFBOUND_CLOCK_H
#define PROFBOUND_CLOCK_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define NANOSECONDS 1000000000ULL

static inline uint64_t clock_nanoseconds(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now))
		return 0;
	return now.tv_sec * NANOSECONDS + now.tv_nsec;
}

/*
 * Makes the kernel bring the runtimes of a process's running threads up to date: they are otherwise as old as the last
 * tick. The clock id is the ABI of clock_getcpuclockid(3); reading it needs no privilege.
 */
static inline void clock_freshen_process(pid_t pid)
{
	struct timespec ignored;

	clock_gettime((clockid_t)((~(unsigned int)pid << 3) | 2), &ignored);
}

#endif
