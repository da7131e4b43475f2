// SPDX-License-Identifier: Apache-2.0
/* What a confined process can do and what not, in a process of its own, which tells by its exit code. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "target/confinement.h"
#include "target/privileges.h"

/* Runs `what` confined; the number of failed checks. */
static int run(enum confinement confinement, void (*what)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		checks_failed = 0;
		CHECK(confine(confinement));
		what();
		fflush(stderr);
		_exit(checks_failed);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int open_at(const char *path, int flags)
{
	return openat(AT_FDCWD, path, flags, 0600);
}

static bool is_refused(long result)
{
	return result == -1 && errno == EPERM;
}

static void does_no_harm(void)
{
	char *const words[] = { "/bin/true", NULL };

	CHECK(is_refused(open_at("/tmp/profbound-test-refused", O_WRONLY | O_CREAT)));
	CHECK(is_refused(open_at("/etc/passwd", O_RDWR)));
	CHECK(is_refused(execve(words[0], words, words)));
	CHECK(is_refused(fork()));
	CHECK(is_refused(kill(getppid(), 0)));
	CHECK(is_refused(socket(AF_INET, SOCK_STREAM, 0)));
	CHECK(is_refused(unlink("/tmp/profbound-test-refused")));
	CHECK(is_refused(prctl(PR_SET_DUMPABLE, 1)));
	CHECK(is_refused(syscall(SYS_bpf, 0, NULL, 0)));
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
}

static void opens_nothing(void)
{
	does_no_harm();
	CHECK(is_refused(open_at("/etc/passwd", O_RDONLY)));
}

static void opens_to_read(void)
{
	does_no_harm();
	CHECK(open_at("/etc/passwd", O_RDONLY) >= 0);
	CHECK(!privileges_effective(CAPABILITY_SYS_ADMIN));
	CHECK(!privileges_effective(CAPABILITY_SYS_PTRACE));
}

static int compare(const void *left, const void *right)
{
	return *(const int *)left - *(const int *)right;
}

/* Sorting, large blocks that grow, text: what parsers do. */
static void has_memory(void)
{
	size_t count = 4 << 20;
	int *numbers = malloc(count * sizeof(*numbers));

	CHECK(numbers != NULL);
	for (size_t i = 0; i < count; i++)
		numbers[i] = (int)(i * 7919 % 1000003);
	numbers = realloc(numbers, 2 * count * sizeof(*numbers));
	CHECK(numbers != NULL);
	qsort(numbers, count, sizeof(*numbers), compare);
	CHECK(numbers[0] <= numbers[count - 1]);
	free(numbers);
}

static uint64_t effective(void)
{
	unsigned long long set = 0;
	char line[256];
	FILE *file = fopen("/proc/self/status", "re");

	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "CapEff: %llx", &set) == 1)
			break;
	}
	fclose(file);
	return set;
}

/* In a process of its own: what is given up does not come back. */
static void keeps_what_is_needed(const struct privileges_needs *needs, uint64_t expected)
{
	uint64_t before = effective();
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		checks_failed = 0;
		privileges_reduce(needs);
		CHECK_NUMBER(effective(), before & expected);
		privileges_drop();
		CHECK_NUMBER(effective(), 0);
		fflush(stderr);
		_exit(checks_failed);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

int main(void)
{
	const uint64_t looking = 1ULL << CAPABILITY_DAC_READ_SEARCH | 1ULL << CAPABILITY_SYS_PTRACE |
				 1ULL << CAPABILITY_CHECKPOINT_RESTORE;

	CHECK_NUMBER(run(CONFINED_TO_OPEN_FILES, opens_nothing), 0);
	CHECK_NUMBER(run(CONFINED_TO_READING, opens_to_read), 0);
	CHECK_NUMBER(run(CONFINED_TO_OPEN_FILES, has_memory), 0);
	keeps_what_is_needed(&(struct privileges_needs){ 0 }, looking);
	keeps_what_is_needed(&(struct privileges_needs){ .bpf = true }, looking | 1ULL << CAPABILITY_BPF);
	keeps_what_is_needed(&(struct privileges_needs){ .command = true }, looking | 1ULL << CAPABILITY_KILL);
	return check_report("confinement");
}
