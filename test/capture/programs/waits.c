/*
 * Waits at places of its own, each of which it knows the blocked time of: the time that passed, less what the
 * scheduler says it ran and waited for a CPU. Prints it as JSON, in nanoseconds by function.
 *
 * Every place calls a function that waits, so that it is a caller for an unwinder of frame pointers, too.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PLACE __attribute__((noinline, noclone))
#define MILLISECOND 1000000L

struct place {
	const char *name;
	void (*wait)(void);
	int64_t blocked;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, condition_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t lock_barrier, condition_barrier;
static volatile int is_told, is_over;
static int request[2], answer[2], file, direct, schedstat, kept;
/* Of the file, and of what is read past all caches, which takes whole pages. */
static char block[4 << 20] __attribute__((aligned(4096)));

static PLACE void pause_for(long nanoseconds)
{
	struct timespec time = { .tv_nsec = nanoseconds };

	nanosleep(&time, NULL);
	kept++;
}

static PLACE void take_lock(void)
{
	pthread_mutex_lock(&mutex);
	kept++;
}

static PLACE void await_condition(void)
{
	pthread_mutex_lock(&condition_mutex);
	while (!is_told)
		pthread_cond_wait(&condition, &condition_mutex);
	is_told = 0;
	pthread_mutex_unlock(&condition_mutex);
}

static PLACE void read_answer(void)
{
	char byte;

	kept += read(answer[0], &byte, 1);
}

/* Not part of the wait: it computes, and hardly ever blocks. */
static void fill_file(void)
{
	kept += pwrite(file, block, sizeof(block), 0);
}

static PLACE void flush_file(void)
{
	fsync(file);
	kept++;
}

static PLACE void read_block(void)
{
	kept += pread(direct, block, sizeof(block), 0);
}

static PLACE void poll_for(int milliseconds)
{
	struct pollfd none = { .fd = -1 };

	kept += poll(&none, 1, milliseconds);
}

static PLACE void sleeps_long(void)
{
	pause_for(15 * MILLISECOND);
	kept++;
}

static PLACE void sleeps_short(void)
{
	pause_for(5 * MILLISECOND);
	kept++;
}

static PLACE void waits_for_lock(void)
{
	pthread_barrier_wait(&lock_barrier);
	/* The other thread holds the lock by now, or soon. */
	pause_for(MILLISECOND);
	take_lock();
	pthread_mutex_unlock(&mutex);
}

static PLACE void waits_for_condition(void)
{
	pthread_barrier_wait(&condition_barrier);
	await_condition();
	kept++;
}

static PLACE void reads_pipe(void)
{
	char byte = 0;

	kept += write(request[1], &byte, 1);
	read_answer();
	kept++;
}

static PLACE void flushes_file(void)
{
	flush_file();
	kept++;
}

static PLACE void reads_disk(void)
{
	read_block();
	kept++;
}

static PLACE void polls(void)
{
	poll_for(12);
	kept++;
}

/* Deeper than the other sleeps by so much that the kernel can tell them apart. */
static PLACE void pause_briefly(long nanoseconds)
{
	volatile char room[256];

	room[0] = 0;
	pause_for(nanoseconds);
	kept += room[0];
}

static PLACE void sleeps_very_briefly(void)
{
	pause_briefly(200000);
	kept++;
}

static PLACE void sleeps_briefly(void)
{
	pause_briefly(600000);
	kept++;
}

static void *holds_lock(void *unused)
{
	for (;;) {
		pthread_barrier_wait(&lock_barrier);
		pthread_mutex_lock(&mutex);
		pause_for(12 * MILLISECOND);
		pthread_mutex_unlock(&mutex);
	}
	return unused;
}

static void *tells(void *unused)
{
	for (;;) {
		pthread_barrier_wait(&condition_barrier);
		pause_for(9 * MILLISECOND);
		pthread_mutex_lock(&condition_mutex);
		is_told = 1;
		pthread_cond_signal(&condition);
		pthread_mutex_unlock(&condition_mutex);
	}
	return unused;
}

static void *answers(void *unused)
{
	char byte;

	while (read(request[0], &byte, 1) == 1) {
		pause_for(7 * MILLISECOND);
		kept += write(answer[1], &byte, 1);
	}
	return unused;
}

/* Blocked nanoseconds of this thread up to now, from any origin. */
static int64_t blocked(void)
{
	char text[128] = "";
	long long runnable = 0;
	struct timespec now, run;

	kept += pread(schedstat, text, sizeof(text) - 1, 0);
	clock_gettime(CLOCK_MONOTONIC, &now);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &run);
	sscanf(text, "%*d %lld", &runnable);
	return (now.tv_sec - run.tv_sec) * 1000000000LL + now.tv_nsec - run.tv_nsec - runnable;
}

static void visit(struct place *places, int count, int rounds)
{
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < count; i++) {
			int64_t before;

			if (places[i].wait == flushes_file)
				fill_file();
			before = blocked();
			places[i].wait();
			places[i].blocked += blocked() - before;
		}
	}
}

/* A helper, which ends with the process. */
static void start(void *(*body)(void *))
{
	pthread_t thread;

	pthread_create(&thread, NULL, body, NULL);
}

int main(int count, char **arguments)
{
	struct place places[] = {
		{ "sleeps_long", sleeps_long, 0 },	     { "sleeps_short", sleeps_short, 0 },
		{ "waits_for_lock", waits_for_lock, 0 },     { "waits_for_condition", waits_for_condition, 0 },
		{ "reads_pipe", reads_pipe, 0 },	     { "flushes_file", flushes_file, 0 },
		{ "reads_disk", reads_disk, 0 },	     { "polls", polls, 0 },
		{ "sleeps_very_briefly", sleeps_very_briefly, 0 }, { "sleeps_briefly", sleeps_briefly, 0 },
	};

	if (count < 2 || pipe(request) || pipe(answer))
		return 1;
	file = open(arguments[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	direct = open(arguments[1], O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (direct < 0) {
		perror(arguments[1]);
		return 1;
	}
	schedstat = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
	pthread_barrier_init(&lock_barrier, NULL, 2);
	pthread_barrier_init(&condition_barrier, NULL, 2);
	visit(places, 2, 50);
	start(holds_lock);
	visit(places + 2, 1, 40);
	start(tells);
	visit(places + 3, 1, 40);
	start(answers);
	visit(places + 4, 1, 40);
	visit(places + 5, 3, 40);
	visit(places + 8, 2, 2000);
	putchar('{');
	for (unsigned i = 0; i < sizeof(places) / sizeof(*places); i++)
		printf("%s\"%s\": %lld", i ? ", " : "", places[i].name, (long long)places[i].blocked);
	puts("}");
	return 0;
}
