// A program that runs to its end: the same work every time, in functions that a compiler inlines when it knows them to be hot.
#include <stdint.h>
#include <stdio.h>

static uint32_t scramble(uint32_t value)
{
	value ^= value << 13;
	value ^= value >> 17;
	value ^= value << 5;
	return value;
}

static uint32_t step(uint32_t value, uint32_t round)
{
	if (round % 1024 == 0)
		return value / (round + 1);
	return scramble(value) + round;
}

int main(void)
{
	uint32_t value = 1;
	for (uint32_t round = 0; round < 20u * 1000 * 1000; round++)
		value = step(value, round);
	printf("%u\n", value);
	return 0;
}
