/* Answers HTTP requests in worker threads, each after waiting for WAIT_MICROSECONDS. Beside them a thread that ticks. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define WORKERS 4
#define QUEUE 64

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queue_filled = PTHREAD_COND_INITIALIZER;
static int queue[QUEUE];
static unsigned queue_in, queue_out;
static volatile unsigned long sink;

__attribute__((noinline)) static void compute(void)
{
	unsigned long sum = 1;

	for (int round = 0; round < 200000; round++)
		sum = sum * 31 + round;
	sink = sum;
}

__attribute__((noinline)) static void load_record(void)
{
	const struct timespec pause = { .tv_nsec = WAIT_MICROSECONDS * 1000L };

	nanosleep(&pause, NULL);
}

__attribute__((noinline)) static int handle(int connection)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

	compute();
	load_record();
	return write(connection, answer, sizeof(answer) - 1) > 0;
}

__attribute__((noinline)) static int next_connection(void)
{
	int connection;

	pthread_mutex_lock(&queue_lock);
	while (queue_in == queue_out)
		pthread_cond_wait(&queue_filled, &queue_lock);
	connection = queue[queue_out++ % QUEUE];
	pthread_mutex_unlock(&queue_lock);
	return connection;
}

__attribute__((noinline)) static void serve(int connection)
{
	char request[4096];

	while (read(connection, request, sizeof(request)) > 0 && handle(connection))
		;
	close(connection);
}

static void *work(void *unused)
{
	for (;;)
		serve(next_connection());
	return unused;
}

static void *tick(void *unused)
{
	for (;;)
		usleep(20000);
	return unused;
}

int main(int count, char **words)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(count > 1 ? atoi(words[1]) : 0) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	pthread_t thread;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, QUEUE))
		return 1;
	pthread_create(&thread, NULL, tick, NULL);
	for (int worker = 0; worker < WORKERS; worker++)
		pthread_create(&thread, NULL, work, NULL);
	for (;;) {
		int connection = accept(listener, NULL, NULL);

		setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		pthread_mutex_lock(&queue_lock);
		queue[queue_in++ % QUEUE] = connection;
		pthread_cond_signal(&queue_filled);
		pthread_mutex_unlock(&queue_lock);
	}
}
