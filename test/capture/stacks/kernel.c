/* Ways into the kernel: system calls, page faults, and packets, which are handled on a stack of their own. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BYTES 65536

static char buffer[BYTES];

static void *drain(void *socket)
{
	static char taken[BYTES];

	while (read(*(int *)socket, taken, sizeof(taken)) > 0)
		;
	return NULL;
}

static int connect_to_self(int *accepted)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listening = socket(AF_INET, SOCK_STREAM, 0), connected = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t size = sizeof(address);

	if (bind(listening, (void *)&address, size) || listen(listening, 1) || getsockname(listening, (void *)&address, &size) ||
	    connect(connected, (void *)&address, size))
		exit(1);
	*accepted = accept(listening, NULL, NULL);
	return connected;
}

static void touch_memory(void)
{
	char *memory = mmap(NULL, 64 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (int page = 0; page < 64; page++)
		memory[page * 4096] = 1;
	munmap(memory, 64 * 4096);
}

static void use_files(void)
{
	struct stat status;
	int zero = open("/dev/zero", O_RDONLY), null = open("/dev/null", O_WRONLY);

	for (int i = 0; i < 20; i++) {
		if (read(zero, buffer, BYTES) + write(null, buffer, BYTES) < 0 || stat("/usr/lib/os-release", &status))
			exit(1);
	}
	close(zero);
	close(null);
}

int main(void)
{
	struct timespec begin, now;
	pthread_t thread;
	int accepted, connected = connect_to_self(&accepted);

	pthread_create(&thread, NULL, drain, &accepted);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		touch_memory();
		use_files();
		for (int i = 0; i < 20; i++) {
			if (write(connected, buffer, 1024) < 0)
				exit(1);
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec * 1000 + now.tv_nsec / 1000000 < begin.tv_sec * 1000 + begin.tv_nsec / 1000000 + 1000);
	shutdown(connected, SHUT_WR);
	pthread_join(thread, NULL);
	return 0;
}
