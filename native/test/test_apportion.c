// SPDX-License-Identifier: Apache-2.0
/* Nothing is lost when a sum is split. */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "support/apportion.h"

static void follows_the_weights(void)
{
	const double weights[] = { 1, 0, 2, 1 };
	uint64_t shares[4];

	apportion(4000, weights, 4, shares);
	CHECK_NUMBER(shares[0], 1000);
	CHECK_NUMBER(shares[1], 0);
	CHECK_NUMBER(shares[2], 2000);
	CHECK_NUMBER(shares[3], 1000);
}

static void gives_what_is_left_to_the_largest_remainders(void)
{
	const double thirds[] = { 1, 1, 1 }, uneven[] = { 15, 16, 69 };
	uint64_t shares[3];

	apportion(5, thirds, 3, shares);
	CHECK_NUMBER(shares[0], 2);
	CHECK_NUMBER(shares[1], 2);
	CHECK_NUMBER(shares[2], 1);
	apportion(10, uneven, 3, shares);
	CHECK_NUMBER(shares[0], 1);
	CHECK_NUMBER(shares[1], 2);
	CHECK_NUMBER(shares[2], 7);
}

static void loses_nothing(void)
{
	srand48(1);
	for (int round = 0; round < 1000; round++) {
		size_t count = 1 + lrand48() % 50;
		double weights[50], whole = 0;
		uint64_t shares[50], sum = 0, total = (uint64_t)lrand48() * lrand48();
		bool are_near = true;

		for (size_t i = 0; i < count; i++)
			whole += weights[i] = exp(40 * drand48());
		apportion(total, weights, count, shares);
		for (size_t i = 0; i < count; i++) {
			sum += shares[i];
			/* Doubles hold 53 bits of the quota. */
			are_near &= fabs(shares[i] - total * (weights[i] / whole)) < 2 + total * 1e-14;
		}
		CHECK_NUMBER(sum, total);
		CHECK(are_near);
	}
}

int main(void)
{
	follows_the_weights();
	gives_what_is_left_to_the_largest_remainders();
	loses_nothing();
	return check_report("apportion");
}
