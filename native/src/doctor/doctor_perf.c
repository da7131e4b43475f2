// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor/doctor_checks.h"
#include "backends/perf_events.h"
#include "backends/perf_threads.h"
#include "target/privileges.h"
#include "backends/sampling.h"

/* Any rate will do: nothing is kept. */
#define RATE_HZ 997
#define STACK_FRAMES 16

/* Opens what the perf backend opens, for this process; false with a line that says why not. */
static bool try_backend(char *refusal, size_t size)
{
	struct sampling_event event;
	struct perf_events events;
	bool works;
	int error;

	if (!sampling_choose(&(struct sampling_request){ .event = EVENT_CPU_CLOCK, .rate_hz = RATE_HZ }, true, &event)) {
		privileges_explain_perf(errno, refusal, size);
		return false;
	}
	works = perf_events_open(&events, &event, true, STACK_FRAMES, refusal, size);
	if (works && (error = perf_threads_add(&events, getpid(), false))) {
		privileges_explain_perf(error, refusal, size);
		works = false;
	}
	perf_events_close(&events);
	return works;
}

static bool check_perf_event(struct checks *checks)
{
	char refusal[300];

	if (try_backend(refusal, sizeof(refusal))) {
		checks_add(checks, "perf_event", CHECK_OK, NULL, "cpu-clock samples and CPU time of this user's processes");
		return true;
	}
	/* The refusal names its cure. */
	checks_add(checks, "perf_event", CHECK_MISSING, NULL, "%s", refusal);
	return false;
}

static void check_paranoid(struct checks *checks)
{
	bool privileged = privileges_effective(CAPABILITY_PERFMON);
	long paranoid;

	if (!privileges_read_number("/proc/sys/kernel/perf_event_paranoid", &paranoid))
		checks_add(checks, "perf_event_paranoid", CHECK_MISSING, "use a kernel with CONFIG_PERF_EVENTS, and mount /proc",
			   "/proc/sys/kernel/perf_event_paranoid is not there");
	else if (privileged)
		checks_add(checks, "perf_event_paranoid", CHECK_OK, NULL, "%ld; does not restrict this process", paranoid);
	else if (paranoid > 2)
		checks_add(checks, "perf_event_paranoid", CHECK_MISSING, "sysctl kernel.perf_event_paranoid=2",
			   "%ld: some distributions allow ordinary users no events at all then", paranoid);
	else if (paranoid == 2)
		checks_add(checks, "perf_event_paranoid", CHECK_WARNING, "sysctl kernel.perf_event_paranoid=1",
			   "2: ordinary users see no kernel functions");
	else
		checks_add(checks, "perf_event_paranoid", CHECK_OK, NULL, "%ld", paranoid);
}

static void check_mlock(struct checks *checks)
{
	long kilobytes;

	if (!privileges_read_number("/proc/sys/kernel/perf_event_mlock_kb", &kilobytes))
		return;
	checks_add(checks, "perf_event_mlock_kb", kilobytes >= 516 ? CHECK_OK : CHECK_WARNING,
		   kilobytes >= 516 ? NULL : "sysctl kernel.perf_event_mlock_kb=516", "%ld KiB of samples a CPU", kilobytes);
}

bool doctor_check_perf(struct checks *checks)
{
	bool works = check_perf_event(checks);

	check_paranoid(checks);
	check_mlock(checks);
	return works;
}
