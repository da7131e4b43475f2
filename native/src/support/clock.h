/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks, in nanoseconds. */
#ifndef PROFBOUND_CLOCK_H
#define PROFBOUND_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NANOSECONDS 1000000000ULL

static inline uint64_t clock_nanoseconds(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now))
		return 0;
	return now.tv_sec * NANOSECONDS + now.tv_nsec;
}

#endif
