// A program that runs to its end: the same work every time, through a pointer that nearly always leads to the same function.
#include <stdint.h>
#include <stdio.h>

typedef uint32_t operation(uint32_t value);

static uint32_t scramble(uint32_t value)
{
	for (int times = 0; times < 10; times++) {
		value ^= value << 13;
		value ^= value >> 17;
		value ^= value << 5;
	}
	return value;
}

static uint32_t divide(uint32_t value)
{
	return value / 7 + 1;
}

static uint32_t count(uint32_t value)
{
	return value + 1;
}

// The compiler may not know what is in it.
static operation *volatile operations[3] = {scramble, divide, count};

int main(void)
{
	uint32_t value = 1;
	for (uint32_t round = 0; round < 4u * 1000 * 1000; round++)
		value = operations[round % 4096 == 0 ? 1 + round % 2 : 0](value);
	printf("%u\n", value);
	return 0;
}
