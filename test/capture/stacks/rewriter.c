/* Generates code at one and the same address time and again, and says so in a perf map, in a jitdump file, or nowhere. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* push %rbp; mov %rsp,%rbp; again: dec %rdi; jnz again; pop %rbp; ret */
static const unsigned char spin[] = { 0x55, 0x48, 0x89, 0xe5, 0x48, 0xff, 0xcf, 0x75, 0xfb, 0x5d, 0xc3 };

static uint64_t now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static void put(int file, const void *bytes, size_t size)
{
	if (write(file, bytes, size) != (ssize_t)size)
		exit(1);
}

static void begin_jitdump(int file)
{
	const struct {
		uint32_t magic, version, bytes, machine, padding, pid;
		uint64_t time, flags;
	} header = { 0x4a695444, 1, 40, 62, 0, getpid(), now(CLOCK_MONOTONIC), 0 };

	put(file, &header, sizeof(header));
	/* By this profilers know the file. */
	if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0) == MAP_FAILED)
		exit(1);
}

static void say_load(int file, const void *code, const char *name, uint64_t number)
{
	const struct {
		uint32_t kind, bytes;
		uint64_t time;
		uint32_t pid, tid;
		uint64_t linked, address, size, number;
	} load = { 0,	   16 + 40 + strlen(name) + 1 + sizeof(spin), now(CLOCK_MONOTONIC), getpid(), syscall(SYS_gettid), (uint64_t)code,
		   (uint64_t)code, sizeof(spin), number };

	put(file, &load, sizeof(load));
	put(file, name, strlen(name) + 1);
	put(file, code, sizeof(spin));
}

/* rewriter map|jitdump|silent FOLDER PHASES MILLISECONDS: spends so much CPU time in each of the phases */
int main(int count, char **words)
{
	int is_jitdump = count == 5 && strcmp(words[1], "jitdump") == 0, phases = atoi(words[3]), file;
	unsigned char *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char path[4096], name[64];

	if (is_jitdump)
		snprintf(path, sizeof(path), "%s/jit-%d.dump", words[2], getpid());
	else if (strcmp(words[1], "map") == 0)
		snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	else
		snprintf(path, sizeof(path), "/dev/null");
	file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (file < 0 || code == MAP_FAILED)
		return 1;
	if (is_jitdump)
		begin_jitdump(file);
	for (int phase = 0; phase < phases; phase++) {
		uint64_t end = now(CLOCK_PROCESS_CPUTIME_ID) + atoi(words[4]) * 1000000ULL;

		snprintf(name, sizeof(name), "phase_%d", phase);
		memcpy(code, spin, sizeof(spin));
		if (is_jitdump)
			say_load(file, code, name, phase);
		else
			dprintf(file, "%lx %lx %s\n", (unsigned long)code, (unsigned long)sizeof(spin), name);
		while (now(CLOCK_PROCESS_CPUTIME_ID) < end)
			((void (*)(uint64_t))code)(200000);
	}
	return 0;
}
