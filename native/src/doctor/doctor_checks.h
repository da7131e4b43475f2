/* SPDX-License-Identifier: Apache-2.0 */
/* What the doctor looks at, one function a field; each adds what it found. */
#ifndef PROFBOUND_DOCTOR_CHECKS_H
#define PROFBOUND_DOCTOR_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

#include "target/privileges.h"

/* The question a check belongs to. */
enum check_group {
	/* Whether a backend works. */
	GROUP_CAPTURE,
	/* Whether it sees everything. */
	GROUP_SIGHT,
	/* Whether the figures are steady. */
	GROUP_QUIET,
	CHECK_GROUPS,
};

enum check_status {
	CHECK_OK,
	/* It works, but figures are less complete or less steady. */
	CHECK_WARNING,
	/* A backend cannot work without it. */
	CHECK_MISSING,
};

struct check {
	enum check_group group;
	const char *name;
	enum check_status status;
	/* What is there, and what it costs the user where it is not as it should be. */
	char detail[400];
	/* One line that would change it; empty when nothing is to be done. */
	char cure[400];
};

#define MAX_CHECKS 64

struct checks {
	/* Of what is added next. */
	enum check_group group;
	struct check items[MAX_CHECKS];
	size_t count;
};

/* Adds a check; `cure` may be NULL. */
void checks_add(struct checks *checks, const char *name, enum check_status status, const char *cure, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Adds whether a capability is effective; where it is not, the check has status `without`. */
void checks_add_capability(struct checks *checks, const char *name, enum capability capability, enum check_status without,
			   const char *purpose);

/* The kernel, what it locks, what filters and namespaces this process is in. */
void doctor_check_confines(struct checks *checks);

/* Takes samples of this very process; whether the perf backend would work. */
bool doctor_check_perf(struct checks *checks);

/* Loads and attaches the BPF programs; whether the bpf backend would work. */
bool doctor_check_bpf(struct checks *checks);

void doctor_check_sight(struct checks *checks, bool perf_works);

void doctor_check_quiet(struct checks *checks);

#endif
