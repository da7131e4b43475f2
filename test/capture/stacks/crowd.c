/* Too much of something, which the first argument chooses: samples, threads, frames, processes or places to wait. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

volatile unsigned long turns;

static void spin(double seconds)
{
	struct timespec begin, now;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		for (int i = 0; i < 10000; i++)
			turns++;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - begin.tv_sec + (now.tv_nsec - begin.tv_nsec) / 1e9 < seconds);
}

static void *thread(void *argument)
{
	spin(0.0005);
	/* All of them are there at once. */
	pthread_barrier_wait(argument);
	return NULL;
}

static void crowd(int count)
{
	pthread_t *threads = calloc(count, sizeof(*threads));
	pthread_barrier_t barrier;
	pthread_attr_t small;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	pthread_barrier_init(&barrier, NULL, count);
	for (int i = 0; i < count; i++) {
		if (pthread_create(&threads[i], &small, thread, &barrier))
			exit(1);
	}
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

__attribute__((noinline)) static void recurse(int depth)
{
	volatile char room[16];

	room[depth % 16] = 1;
	if (depth > 0)
		recurse(depth - 1);
	else
		spin(0.5);
	turns += room[0];
}

static void processes(int count)
{
	int hold[2];
	char byte;

	if (pipe(hold))
		exit(1);
	for (int i = 0; i < count; i++) {
		if (fork() == 0) {
			close(hold[1]);
			spin(0.001);
			/* Ends when all the others are there too. */
			_exit(read(hold[0], &byte, 1) != 0);
		}
	}
	close(hold[1]);
	while (wait(NULL) > 0)
		;
}

/* Waits at a depth of its own each time: no two of them are one place. */
__attribute__((noinline)) static void wait_everywhere(int places)
{
	const struct timespec shortly = { .tv_nsec = 20000 };
	volatile char room[16];

	room[places % 16] = 1;
	nanosleep(&shortly, NULL);
	if (places > 1)
		wait_everywhere(places - 1);
	turns += room[0];
}

int main(int count, char **arguments)
{
	int number = count > 2 ? atoi(arguments[2]) : 0;

	if (strcmp(arguments[1], "threads") == 0)
		crowd(number);
	else if (strcmp(arguments[1], "recursion") == 0)
		recurse(number);
	else if (strcmp(arguments[1], "processes") == 0)
		processes(number);
	else if (strcmp(arguments[1], "places") == 0)
		prctl(PR_SET_TIMERSLACK, 1), wait_everywhere(number);
	else
		spin(1);
	return 0;
}
