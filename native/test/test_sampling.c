// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backends/period.h"
#include "backends/sampling.h"
#include "check.h"
#include "support/cpulist.h"
#include "support/numa.h"

/* The mean of uniform periods, and how often each tenth of their range came. */
static void draws_evenly(void)
{
	const uint64_t mean = 1000000;
	const unsigned int draws = 100000;
	struct period_generator generator = { .state = 42 };
	unsigned int tenths[10] = { 0 };
	double sum = 0, chi_square = 0;

	for (unsigned int i = 0; i < draws; i++) {
		uint64_t period = period_draw(&generator, mean);
		double place = ((double)period / mean - (1 - PERIOD_SPREAD)) / (2 * PERIOD_SPREAD);

		CHECK(place > -0.001 && place < 1);
		tenths[place < 0 ? 0 : (int)(place * 10)]++;
		sum += period;
	}
	/* Five standard errors of the mean. */
	CHECK(fabs(sum / draws / mean - 1) < 5 * PERIOD_SPREAD / sqrt(3.0 * draws));
	for (int i = 0; i < 10; i++)
		chi_square += pow(tenths[i] - draws / 10.0, 2) / (draws / 10.0);
	/* The 99.99 % point with 9 degrees of freedom. */
	CHECK(chi_square < 33.7);
}

static void draws_by_its_seed(void)
{
	struct period_generator one = { .state = 1 }, same = { .state = 1 }, other = { .state = 2 }, fixed = { .fixed = true };
	uint64_t first = period_draw(&one, 1000000);

	CHECK_NUMBER(period_draw(&same, 1000000), first);
	CHECK(period_draw(&other, 1000000) != first);
	CHECK(period_draw(&one, 1000000) != first);
	CHECK_NUMBER(period_draw(&fixed, 1000000), 1000000);
	/* The kernel takes no period of 0. */
	CHECK(period_draw(&one, 1) > 0);
	period_seed(&one, false);
	period_seed(&same, false);
	CHECK(one.state != same.state);
}

static void bounds_all_samples_together(void)
{
	CHECK_NUMBER(sampling_automatic_rate(0), 997);
	CHECK_NUMBER(sampling_automatic_rate(1), 997);
	CHECK_NUMBER(sampling_automatic_rate(16), 997);
	CHECK_NUMBER(sampling_automatic_rate(64), 250);
	CHECK_NUMBER(sampling_automatic_rate(1024), 49);
}

static void weighs_in_the_values_unit(void)
{
	const struct sampling_event cycles = { .is_time = true, .period = 3000000, .weight = 1000000 };
	const struct sampling_event faults = { .period = 0, .weight = 1 };

	CHECK_NUMBER(sampling_weight(&cycles, 3000000), 1000000);
	CHECK_NUMBER(sampling_weight(&cycles, 4500000), 1500000);
	CHECK_NUMBER(sampling_weight(&faults, 17), 17);
}

static void names_every_choice(void)
{
	for (int choice = 0; choice < EVENT_CHOICES; choice++)
		CHECK(sampling_names[choice] != NULL);
	CHECK(sampling_names[EVENT_CHOICES] == NULL);
}

static void opens_what_needs_no_pmu(void)
{
	static const enum event_choice choices[] = { EVENT_AUTO, EVENT_CPU_CLOCK, EVENT_PAGE_FAULTS, EVENT_MINOR_FAULTS,
						     EVENT_MAJOR_FAULTS, EVENT_CONTEXT_SWITCHES, EVENT_CPU_MIGRATIONS };

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		struct sampling_event event;

		CHECK(sampling_choose(&(struct sampling_request){ .event = choices[i], .rate_hz = 99 }, true, &event));
		CHECK(choices[i] == EVENT_AUTO || strcmp(event.name, sampling_names[choices[i]]) == 0);
	}
}

static void says_what_is_missing(void)
{
	char line[400] = "";

	CHECK(sampling_explain(EVENT_CACHE_MISSES, ENOENT, line, sizeof(line)));
	CHECK(strstr(line, "cache-misses: it has no PMU") != NULL);
	CHECK(sampling_explain(EVENT_CYCLES, ENOENT, line, sizeof(line)));
	CHECK(strstr(line, "--event auto") != NULL);
	CHECK(!sampling_explain(EVENT_CYCLES, EACCES, line, sizeof(line)));
	CHECK(!sampling_explain(EVENT_PAGE_FAULTS, ENOENT, line, sizeof(line)));
}

static void knows_the_nodes(void)
{
	uint16_t nodes[MAX_CPUS];
	cpu_set_t online;
	char path[64];

	numa_read(nodes);
	CHECK(cpulist_online(&online));
	for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (!CPU_ISSET(cpu, &online))
			continue;
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/cpu%d", numa_node(nodes, cpu), cpu);
		CHECK(access(path, F_OK) == 0);
	}
	CHECK_NUMBER(numa_node(nodes, MAX_CPUS), 0);
}

int main(void)
{
	draws_evenly();
	draws_by_its_seed();
	bounds_all_samples_together();
	weighs_in_the_values_unit();
	names_every_choice();
	opens_what_needs_no_pmu();
	says_what_is_missing();
	knows_the_nodes();
	return check_report("sampling");
}
