/* SPDX-License-Identifier: Apache-2.0 */
/* Linux without a C library: the agent runs in programs that bring another one, or another version of it. */
#ifndef PROFBOUND_AGENT_SYSTEM_H
#define PROFBOUND_AGENT_SYSTEM_H

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

static inline long system_call(long number, long a, long b, long c, long d, long e, long f)
{
	register long fourth asm("r10") = d;
	register long fifth asm("r8") = e;
	register long sixth asm("r9") = f;
	long result;

	asm volatile("syscall"
		     : "=a"(result)
		     : "0"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
		     : "rcx", "r11", "memory");
	return result;
}

/* Its results below zero are errors. */
#define SYSTEM(name, a, b, c) system_call(SYS_##name, (long)(a), (long)(b), (long)(c), 0, 0, 0)

static inline uint64_t monotonic_nanoseconds(void)
{
	struct timespec now = { 0 };

	SYSTEM(clock_gettime, CLOCK_MONOTONIC, &now, 0);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static inline size_t length_of(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

/* Also what compilers put in where code copies or clears. */
__attribute__((visibility("hidden"))) void *memcpy(void *to, const void *from, size_t bytes);
__attribute__((visibility("hidden"))) void *memset(void *at, int value, size_t bytes);

#endif
