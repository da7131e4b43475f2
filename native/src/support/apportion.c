// SPDX-License-Identifier: Apache-2.0
#include "support/apportion.h"

#include <stdlib.h>

#include "support/fail.h"

struct remainder {
	double size;
	size_t index;
};

static int by_size(const void *left, const void *right)
{
	const struct remainder *a = left, *b = right;

	if (a->size != b->size)
		return a->size < b->size ? 1 : -1;
	return a->index < b->index ? -1 : 1;
}

void apportion(uint64_t total, const double *weights, size_t count, uint64_t *shares)
{
	struct remainder *remainders = must_allocate(count, sizeof(*remainders));
	long double whole = 0;
	uint64_t left = total;

	for (size_t i = 0; i < count; i++)
		whole += weights[i];
	for (size_t i = 0; i < count; i++) {
		long double quota = total * (weights[i] / whole);

		shares[i] = quota < left ? (uint64_t)quota : left;
		left -= shares[i];
		remainders[i] = (struct remainder){ quota - shares[i], i };
	}
	qsort(remainders, count, sizeof(*remainders), by_size);
	for (size_t i = 0; left; i = (i + 1) % count, left--)
		shares[remainders[i].index]++;
	free(remainders);
}
