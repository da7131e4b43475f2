/* A program that spins at the end of one known stack, which the first argument chooses, or sleeps there again and again, as the
 * environment says (WAITS). Says its pid when it is there. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEPT __attribute__((noinline, noclone))

volatile unsigned long turns;

KEPT void spin(void)
{
	char line[32];
	int length = snprintf(line, sizeof(line), "%d\n", getpid());

	if (write(STDOUT_FILENO, line, length) != length)
		exit(1);
	while (getenv("WAITS"))
		usleep(20000);
	do
		turns++;
	while (turns);
}

KEPT void inner(int depth)
{
	volatile char room[40];

	room[depth % 40] = 1;
	if (depth > 0)
		inner(depth - 1);
	else
		spin();
	turns += room[0];
}

KEPT void aligned(void)
{
	/* The stack is realigned for it: the frame is found through memory, not through a register. */
	volatile char wide[64] __attribute__((aligned(64)));

	wide[0] = 1;
	inner(1);
	turns += wide[0];
}

KEPT void sized(int bytes)
{
	volatile char *room = __builtin_alloca(bytes);

	room[0] = 1;
	inner(1);
	turns += room[0];
}

static int compare(const void *left, const void *right)
{
	inner(1);
	return 0;
}

/* Through the PLT into the C library, and back from its sort. */
KEPT void sort(void)
{
	int numbers[] = { 2, 1, 3 };

	qsort(numbers, 3, sizeof(*numbers), compare);
	turns++;
}

static void on_signal(int number)
{
	inner(1);
	turns++;
}

KEPT void interrupted(int alternate)
{
	static char stack[65536];
	stack_t other = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = alternate ? SA_ONSTACK : 0 };

	if (alternate)
		sigaltstack(&other, NULL);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	turns++;
}

static void *thread(void *argument)
{
	inner(2);
	turns++;
	return NULL;
}

KEPT void threaded(void)
{
	pthread_t other;

	pthread_create(&other, NULL, thread, NULL);
	pthread_join(other, NULL);
	turns++;
}

KEPT void call_back(void (*function)(void (*)(int)), void (*back)(int))
{
	function(back);
	turns++;
}

KEPT void loaded(const char *library)
{
	void *handle = dlopen(library, RTLD_NOW);
	void (*function)(void (*)(int)) = handle ? (void (*)(void (*)(int)))dlsym(handle, "visit") : NULL;

	if (!function) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	call_back(function, inner);
	turns++;
}

KEPT void forked(void)
{
	pid_t child = fork();

	if (child == 0)
		inner(2);
	waitpid(child, NULL, 0);
	turns++;
}

KEPT void vforked(void)
{
	if (vfork() == 0)
		inner(2);
	turns++;
}

int main(int count, char **arguments)
{
	const char *mode = count > 1 ? arguments[1] : "";

	if (strcmp(mode, "plain") == 0)
		inner(5);
	else if (strcmp(mode, "deep") == 0)
		inner(100);
	else if (strcmp(mode, "aligned") == 0)
		aligned();
	else if (strcmp(mode, "alloca") == 0)
		sized(count * 100);
	else if (strcmp(mode, "sort") == 0)
		sort();
	else if (strcmp(mode, "signal") == 0)
		interrupted(0);
	else if (strcmp(mode, "alternate") == 0)
		interrupted(1);
	else if (strcmp(mode, "thread") == 0)
		threaded();
	else if (strcmp(mode, "dlopen") == 0)
		loaded(arguments[2]);
	else if (strcmp(mode, "fork") == 0)
		forked();
	else if (strcmp(mode, "vfork") == 0)
		vforked();
	else if (strcmp(mode, "exec") == 0)
		execl("/proc/self/exe", "known", "plain", NULL);
	return turns > 0;
}
