/* Hashes short texts: of what is left behind the last word by a switch whose cases run into each other, from rare to often. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint8_t text[4096];

static __attribute__((noinline)) uint64_t hash(const uint8_t *at, unsigned length)
{
	uint64_t sum = length;

	switch (length) {
	case 7:
		sum = (sum ^ (uint64_t)at[6] << 48) * 31;
	case 6:
		sum = (sum ^ (uint64_t)at[5] << 40) * 31;
	case 5:
		sum = (sum ^ (uint64_t)at[4] << 32) * 31;
	case 4:
		sum = (sum ^ (uint64_t)at[3] << 24) * 31;
	case 3:
		sum = (sum ^ (uint64_t)at[2] << 16) * 31;
	case 2:
		sum = (sum ^ (uint64_t)at[1] << 8) * 31;
	case 1:
		sum = (sum ^ at[0]) * 31;
	}
	return sum;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 1;
	uint64_t sum = 0;

	for (unsigned i = 0; i < sizeof(text); i++)
		text[i] = i * 167;
	while (clock() < seconds * CLOCKS_PER_SEC) {
		for (unsigned i = 0; i < 1000000; i++)
			sum += hash(text + i % 4000, i % 64 == 9 ? 7 : 1 + i % 2);
	}
	printf("%lu\n", (unsigned long)sum);
	return 0;
}
