// SPDX-License-Identifier: Apache-2.0
#include "backends/period.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "support/fail.h"

void period_seed(struct period_generator *generator, bool fixed)
{
	generator->fixed = fixed;
	if (getrandom(&generator->state, sizeof(generator->state), 0) != sizeof(generator->state))
		fail(EXIT_CANNOT_MEASURE, "the kernel gives no random numbers: %s", strerror(errno));
}

static uint64_t next(struct period_generator *generator)
{
	uint64_t mixed = generator->state += 0x9E3779B97F4A7C15;

	mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
	mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
	return mixed ^ (mixed >> 31);
}

uint64_t period_draw(struct period_generator *generator, uint64_t mean)
{
	/* 53 bits: what a double holds, from 0 up to 1. */
	double part = (double)(next(generator) >> 11) / (1ULL << 53);
	uint64_t period = mean * (1 - PERIOD_SPREAD + 2 * PERIOD_SPREAD * part);

	if (generator->fixed)
		return mean;
	return period > 0 ? period : 1;
}
