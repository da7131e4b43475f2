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
 * Periods are uniform within this part of their mean, either way. A phase of 1/n of the period is covered evenly when the
 * width 2 x 0.4 is not much less than 1: with half of it the error of a program in step with the sampling is 1.4 times
 * that of independent samples, with this it is theirs.
 */
#define PERIOD_SPREAD 0.4

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
