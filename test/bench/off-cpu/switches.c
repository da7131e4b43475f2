/*
 * Switches between threads as fast as it can, and prints what it knows of that as JSON.
 *   switches pipe SECONDS   a pair of processes on CPU 0, each of which answers the other through a pipe
 *   switches futex SECONDS  a pair of threads on every CPU, each of which wakes the other and sleeps
 *   switches yield SECONDS  the same pairs, which give way to each other and never sleep
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_PAIRS 64

static volatile int is_over;
static int words[MAX_PAIRS][2];
static int is_yield;

static void place(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void futex(int *word, int operation, int value)
{
	syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

/* Half of a pair: `number` is 2 × the pair's + which half. */
static void *run_half(void *number)
{
	int pair = (intptr_t)number / 2, half = (intptr_t)number % 2, *own = &words[pair][half], *other = &words[pair][1 - half];

	place(pair);
	while (!is_over) {
		if (is_yield) {
			sched_yield();
			continue;
		}
		while (!__atomic_exchange_n(own, 0, __ATOMIC_ACQ_REL) && !is_over)
			futex(own, FUTEX_WAIT, 0);
		__atomic_store_n(other, 1, __ATOMIC_RELEASE);
		futex(other, FUTEX_WAKE, 1);
	}
	return NULL;
}

static void run_pairs(int pairs, double seconds)
{
	pthread_t threads[2 * MAX_PAIRS];
	struct timespec time = { seconds, (seconds - (long)seconds) * 1e9 };

	for (intptr_t i = 0; i < 2 * pairs; i++) {
		words[i / 2][i % 2] = i % 2;
		pthread_create(&threads[i], NULL, run_half, (void *)i);
	}
	nanosleep(&time, NULL);
	is_over = 1;
	for (int i = 0; i < 2 * pairs; i++) {
		__atomic_store_n(&words[i / 2][i % 2], 1, __ATOMIC_RELEASE);
		futex(&words[i / 2][i % 2], FUTEX_WAKE, 1);
	}
	for (int i = 0; i < 2 * pairs; i++)
		pthread_join(threads[i], NULL);
}

static void run_pipes(double seconds)
{
	int to[2], from[2];
	char byte = 0;
	double end = now() + seconds;

	place(0);
	if (pipe(to) || pipe(from))
		exit(1);
	if (fork() == 0) {
		close(to[1]);
		while (read(to[0], &byte, 1) == 1 && write(from[1], &byte, 1) == 1)
			;
		_exit(0);
	}
	while (now() < end) {
		for (int i = 0; i < 100; i++) {
			if (write(to[1], &byte, 1) != 1 || read(from[0], &byte, 1) != 1)
				exit(1);
		}
	}
	close(to[1]);
	wait(NULL);
}

static double switches_of(int who)
{
	struct rusage usage;

	getrusage(who, &usage);
	return usage.ru_nvcsw + usage.ru_nivcsw;
}

int main(int count, char **arguments)
{
	double seconds = count > 2 ? atof(arguments[2]) : 1, begin = now();
	int pairs = sysconf(_SC_NPROCESSORS_ONLN);

	if (count < 2)
		return 1;
	is_yield = strcmp(arguments[1], "yield") == 0;
	if (strcmp(arguments[1], "pipe") == 0)
		run_pipes(seconds);
	else
		run_pairs(pairs < MAX_PAIRS ? pairs : MAX_PAIRS, seconds);
	printf("{\"seconds\": %.6f, \"switches\": %.0f}\n", now() - begin, switches_of(RUSAGE_SELF) + switches_of(RUSAGE_CHILDREN));
	return 0;
}
