/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sampling periods drawn at random. A program that does the same every 10 ms, sampled every 10 ms, is always seen at the
 * same thing; with periods of many lengths every part of its turn is seen as often as it lasts.
 */
#ifndef PROFBOUND_PERIOD_H
#define PROFBOUND_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Periods are uniform within this part of their mean, either way. Their range is one mean wide, so that, after a number of
 * them, every phase of a program in step with the mean is as likely as any other: the error of its functions' shares is
 * that of independent samples. A range of less leaves periods near the mean in excess; with a fifth either way the error
 * is half as large again.
 */
#define PERIOD_SPREAD 0.5

struct period_generator {
	/* Every period is the mean. */
	bool fixed;
	uint64_t state;
};

/* Seeds from the kernel's random numbers. */
void period_seed(struct period_generator *generator, bool fixed);

/* A period of the given mean; never 0. SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
uint64_t period_draw(struct period_generator *generator, uint64_t mean);

#endif
