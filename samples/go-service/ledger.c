#include "ledger.h"

#include <pthread.h>
#include <time.h>

enum { pages = 4096, batch = 64 };

static struct {
	uint64_t tag;
	uint32_t served;
} entries[pages];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned recorded;

// Hands what was recorded on to whoever bills for it, which takes a millisecond.
static __attribute__((noinline)) void ledger_send(void) {
	// Stands for the way there and back.
	const struct timespec answer = { .tv_nsec = 1000000 };

	nanosleep(&answer, NULL);
}

void ledger_record(uint64_t tag) {
	unsigned at = (unsigned)((tag * 0x9e3779b97f4a7c15u) >> 52);
	int is_due;

	pthread_mutex_lock(&lock);
	for (unsigned tries = 0; tries < pages && entries[at].served > 0 && entries[at].tag != tag; tries++)
		at = (at + 1) % pages;
	entries[at].tag = tag;
	entries[at].served++;
	is_due = ++recorded % batch == 0;
	pthread_mutex_unlock(&lock);
	if (is_due)
		ledger_send();
}
