/*
 * Goes through every function it has, over and over, for the seconds of its argument: samples fall on prologues,
 * epilogues, PLT entries, leaves without a frame and the vDSO alike, and a timer's signal comes at any of them. Who calls
 * whom is fixed, and test/capture/everywhere.test.ts has it by heart.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define KEPT __attribute__((noinline, noclone))

volatile unsigned long turns;
static char text[256] = "some text that is as long as it needs to be";

unsigned long library_step(unsigned long from, unsigned long (*back)(unsigned long));

/* Nothing is pushed in it, and nothing is called: the caller is where rsp points. */
KEPT unsigned long frameless(unsigned long value)
{
	for (int i = 0; i < 20; i++)
		value = value * 6364136223846793005UL + (value >> 33);
	return value;
}

/* All registers that a function has to save are in use around its calls. */
KEPT unsigned long pushes(unsigned long value)
{
	unsigned long a = value, b = value + 1, c = value + 2, d = value + 3, e = value + 4, f = value + 5;

	a += frameless(b);
	b += frameless(c);
	c += frameless(d);
	d += frameless(e);
	e += frameless(f);
	return a ^ b ^ c ^ d ^ e ^ f;
}

KEPT unsigned long realigned_leaf(unsigned long value)
{
	volatile unsigned long wide[8] __attribute__((aligned(64)));

	wide[value % 8] = value;
	return wide[value % 8];
}

KEPT unsigned long realigned(unsigned long value)
{
	volatile unsigned long wide[8] __attribute__((aligned(64)));

	wide[value % 8] = realigned_leaf(value);
	return wide[value % 8] + realigned_leaf(wide[value % 8]);
}

KEPT unsigned long sized_leaf(volatile char *room, unsigned long value)
{
	room[0] = value;
	return room[0];
}

KEPT unsigned long sized(unsigned long value)
{
	volatile char *room = __builtin_alloca(value % 100 + 1);

	return sized_leaf(room, value) + 1;
}

KEPT unsigned long reads_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_nsec;
}

/* Functions that the dynamic linker, or the program itself, chooses by what the CPU can. */
KEPT unsigned long copies(unsigned long value)
{
	char copy[sizeof(text)];

	memcpy(copy, text, sizeof(text) - value % 16);
	return strlen(copy) + copy[value % 16];
}

static int compare(const void *left, const void *right)
{
	return *(const int *)left - *(const int *)right;
}

KEPT unsigned long sorts(unsigned long value)
{
	int numbers[8];

	for (int i = 0; i < 8; i++)
		numbers[i] = (value >> i) % 100;
	qsort(numbers, 8, sizeof(*numbers), compare);
	return numbers[0];
}

KEPT unsigned long called_back(unsigned long value)
{
	return value + turns;
}

KEPT unsigned long through_library(unsigned long value)
{
	return library_step(value, called_back) + 1;
}

KEPT unsigned long recurses(int depth)
{
	return depth > 0 ? recurses(depth - 1) + 1 : turns;
}

static void on_tick(int number)
{
	for (int i = 0; i < 500; i++)
		turns += frameless(number);
}

KEPT void turn(void)
{
	turns += pushes(turns);
	turns += realigned(turns);
	turns += sized(turns);
	turns += reads_clock();
	turns += copies(turns);
	turns += sorts(turns);
	turns += through_library(turns);
	turns += recurses(10);
}

int main(int count, char **arguments)
{
	const struct itimerval often = { { 0, 1000 }, { 0, 1000 } };
	struct sigaction action = { .sa_handler = on_tick, .sa_flags = SA_RESTART };
	time_t end = time(NULL) + atoi(arguments[count - 1]);

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	while (time(NULL) < end) {
		for (int i = 0; i < 1000; i++)
			turn();
	}
	return 0;
}
