// All of its work lies in a function that is inlined at one call; takes SECONDS of CPU time.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t scramble(uint64_t value, int rounds)
{
	for (int i = 0; i < rounds; i++) {
		value ^= value << 13;
		if (value % 64 == 63)
			value = value / 7 + 1;
		value ^= value >> 7;
	}
	return value;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 1;
	uint64_t value = 1;

	do {
		value += scramble(value, 1000000);
	} while (clock() < seconds * CLOCKS_PER_SEC);
	printf("%llu\n", (unsigned long long)value);
	return 0;
}
