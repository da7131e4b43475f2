/* Calls one function often, which takes hardly any time, and another one rarely, which takes nearly all. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static volatile unsigned long kept;

static __attribute__((noinline)) void brief(unsigned long seed)
{
	kept += seed;
}

static __attribute__((noinline)) void lengthy(unsigned long seed)
{
	for (int i = 0; i < 300; i++)
		seed = seed * 6364136223846793005u + 1442695040888963407u;
	kept += seed;
}

static void (*volatile operations[2])(unsigned long) = {brief, lengthy};

static __attribute__((noinline)) void run(void)
{
	for (unsigned long i = 0; i < 100000; i++)
		operations[i % 16 == 3](i);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 1;

	while (clock() < seconds * CLOCKS_PER_SEC)
		run();
	printf("%lu\n", kept);
	return 0;
}
