/* Waits for memory in one block of a loop of several, so that the time spent in them differs by far: they run as often. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TABLE_BITS = 26 };

static uint8_t *table;
static uint64_t found;

static __attribute__((noinline)) uint64_t visit(uint64_t seed)
{
	uint64_t sum = 0;
	for (long round = 0; round < 1000000; round++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		if (round % 16 == 3)
			found += sum;
		if (table[seed >> (64 - TABLE_BITS)] == 200)
			found ^= seed;
		sum = (sum ^ sum >> 7) * 31 + (seed >> 11);
	}
	return sum;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 1;
	uint64_t sum = 1;

	table = malloc(1 << TABLE_BITS);
	for (long i = 0; i < 1 << TABLE_BITS; i++)
		table[i] = i * 2654435761u >> 24;
	while (clock() < seconds * CLOCKS_PER_SEC)
		sum = visit(sum | 1);
	printf("%lu %lu\n", (unsigned long)sum, (unsigned long)found);
	return 0;
}
