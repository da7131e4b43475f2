/* SPDX-License-Identifier: Apache-2.0 */
/* What the doctor looks at, one function a field; each adds what it found. */
#ifndef PROFBOUND_DOCTOR_CHECKS_H
#define PROFBOUND_DOCTOR_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

enum check_status {
	CHECK_OK,
	/* It works, but figures are less complete or less steady. */
	CHECK_WARNING,
	/* A backend cannot work without it. */
	CHECK_MISSING,
};

struct check {
	const char *name;
	enum check_status status;
	char detail[400];
	/* One line that would change it; empty when nothing is to be done. */
	char cure[400];
};

#define MAX_CHECKS 32

struct checks {
	struct check items[MAX_CHECKS];
	size_t count;
};

/* Adds a check; `cure` may be NULL. */
void checks_add(struct checks *checks, const char *name, enum check_status status, const char *cure, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Takes samples of this very process; whether the perf backend would work. */
bool doctor_check_perf(struct checks *checks);

/* Loads and attaches the BPF programs; whether the bpf backend would work. */
bool doctor_check_bpf(struct checks *checks);

/* The release of the running kernel. */
const char *doctor_kernel_release(void);

/* Kernel, CPUs, clock and limits of the machine. */
void doctor_check_host(struct checks *checks);

#endif
