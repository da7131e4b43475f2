// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/clock.h"
#include "support/cpulist.h"
#include "support/fail.h"

#define MAX_FRAMES 1024
#define DEFAULT_FRAMES 128
#define MIN_FRAMES 8
#define MAX_RATE_HZ 10000
/* Microseconds: an hour. */
#define MAX_OFF_CPU_MIN 3600000000L

enum { OPTION_PID = 256, OPTION_SECONDS, OPTION_OUT, OPTION_CACHE, OPTION_EVENT, OPTION_RATE, OPTION_FIXED, OPTION_DEPTH,
       OPTION_BUFFER, OPTION_BACKEND, OPTION_CPUS, OPTION_REPEAT, OPTION_CGROUP, OPTION_OFF_CPU, OPTION_OFF_CPU_MIN,
       OPTION_TIME_STACKS, OPTION_COMPARE, OPTION_PERCENT };

static uint64_t parse_seconds(const char *option, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds > 0) || seconds > 86400)
		fail(EXIT_USAGE, "%s %s: not a number of seconds between 0 and 86400", option, text);
	return (uint64_t)(seconds * NANOSECONDS);
}

static uint32_t parse_number(const char *option, const char *text, long least, long most)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (errno || end == text || *end || number < least || number > most)
		fail(EXIT_USAGE, "%s %s: not a whole number from %ld to %ld", option, text, least, most);
	return number;
}

static double parse_percent(const char *text)
{
	char *end;
	double percent = strtod(text, &end);

	if (end == text || *end || !(percent > 0) || percent > 1000)
		fail(EXIT_USAGE, "--percent %s: not a number above 0, up to 1000", text);
	return percent;
}

static uint32_t parse_rate(const char *text)
{
	return strcmp(text, "auto") == 0 ? 0 : parse_number("--rate", text, 1, MAX_RATE_HZ);
}

static void parse_pids(const char *text, struct options *options)
{
	char *copy = must_copy(text), *rest = copy, *part;

	while ((part = strsep(&rest, ","))) {
		if (options->pid_count == MAX_PIDS)
			fail(EXIT_USAGE, "--pid: at most %d processes", MAX_PIDS);
		options->pids[options->pid_count++] = parse_number("--pid", part, 1, 1L << 22);
	}
	free(copy);
}

static int parse_choice(const char *option, const char *text, const char *const *names)
{
	/* Room for all the names of either option. */
	char list[512];
	size_t length = 0;

	for (int i = 0; names[i]; i++) {
		if (strcmp(text, names[i]) == 0)
			return i;
	}
	for (int i = 0; names[i]; i++)
		length += snprintf(list + length, sizeof(list) - length, "%s%s", i ? ", " : "", names[i]);
	fail(EXIT_USAGE, "%s %s: write one of %s", option, text, list);
}

static void parse_cpus(const char *text, struct options *options)
{
	cpu_set_t online, offline;

	if (!cpulist_parse(text, &options->cpus))
		fail(EXIT_USAGE, "--cpus %s: not a CPU list: write for instance 0-3 or 0,2", text);
	if (cpulist_online(&online)) {
		CPU_XOR(&offline, &options->cpus, &online);
		CPU_AND(&offline, &offline, &options->cpus);
		if (CPU_COUNT(&offline) > 0)
			fail(EXIT_USAGE, "--cpus %s: not all of these CPUs are online", text);
	}
	options->has_cpus = true;
}

static void check_combination(const struct options *options)
{
	if (!options->out)
		fail(EXIT_USAGE, "--out DIR is missing: where to write cpu.pb.gz and capture.json");
	if ((options->command != NULL) + (options->pid_count > 0) + (options->cgroup != NULL) > 1)
		fail(EXIT_USAGE, "--pid, --cgroup and a command exclude each other");
	if (!options->command && !options->pid_count && !options->cgroup)
		fail(EXIT_USAGE, "what is to be captured? --pid N, --cgroup PATH, or -- COMMAND");
	if (options->cgroup && options->off_cpu)
		fail(EXIT_USAGE, "--off-cpu follows --pid or a command; of a cgroup there is CPU time only");
	if (options->off_cpu_min && !options->off_cpu)
		fail(EXIT_USAGE, "--off-cpu-min needs --off-cpu");
	if (!options->command && options->repeat)
		fail(EXIT_USAGE, "--repeat-seconds needs a command");
	if (!options->command && options->has_cpus)
		fail(EXIT_USAGE, "--cpus places a command; the processes of --pid are left where they are");
}

static uint32_t parse_buffer(const char *text)
{
	uint32_t kib = parse_number("--buffer", text, 4, 1L << 20);

	if (kib & (kib - 1))
		fail(EXIT_USAGE, "--buffer %s: not a power of two", text);
	return kib * 1024;
}

/* Options up to the first that is none; what follows them (after --) is the command. */
static void parse(int count, char **arguments, const struct option *known, struct options *options)
{
	static const char *const backends[] = { "auto", "bpf", "perf", NULL };
	int option;

	*options = (struct options){ .max_depth = DEFAULT_FRAMES };
	opterr = 0;
	optind = 1;
	while ((option = getopt_long(count, arguments, "+", known, NULL)) != -1) {
		switch (option) {
		case OPTION_PID: parse_pids(optarg, options); break;
		case OPTION_SECONDS: options->duration = parse_seconds("--seconds", optarg); break;
		case OPTION_REPEAT: options->repeat = parse_seconds("--repeat-seconds", optarg); break;
		case OPTION_OUT: options->out = optarg; break;
		case OPTION_CACHE: options->cache = optarg; break;
		case OPTION_EVENT: options->sampling.event = parse_choice("--event", optarg, sampling_names); break;
		case OPTION_BACKEND: options->backend = parse_choice("--backend", optarg, backends); break;
		case OPTION_RATE: options->sampling.rate_hz = parse_rate(optarg); break;
		case OPTION_CGROUP: options->cgroup = optarg; break;
		case OPTION_FIXED: options->sampling.fixed_period = true; break;
		case OPTION_DEPTH: options->max_depth = parse_number("--max-depth", optarg, MIN_FRAMES, MAX_FRAMES); break;
		case OPTION_BUFFER: options->buffer_bytes = parse_buffer(optarg); break;
		case OPTION_OFF_CPU: options->off_cpu = true; break;
		case OPTION_OFF_CPU_MIN: options->off_cpu_min = 1000ULL * parse_number("--off-cpu-min", optarg, 0, MAX_OFF_CPU_MIN); break;
		case OPTION_TIME_STACKS: options->time_stacks = true; break;
		case OPTION_COMPARE: options->compare_kernel_stacks = true; break;
		case OPTION_CPUS: parse_cpus(optarg, options); break;
		case OPTION_PERCENT: options->percent = parse_percent(optarg); break;
		default: fail(EXIT_USAGE, "%s: unknown option, or its value is missing; see --help", arguments[optind - 1]);
		}
	}
	if (optind < count) {
		/* Without --, a forgotten option name would silently become a command. */
		if (strcmp(arguments[optind - 1], "--") != 0)
			fail(EXIT_USAGE, "%s: unexpected; a command comes after --", arguments[optind]);
		options->command = arguments + optind;
	}
}

/* By the CPUs that samples can come from. */
static uint32_t choose_rate(const struct options *options)
{
	cpu_set_t online;

	if (options->has_cpus)
		return sampling_automatic_rate(CPU_COUNT(&options->cpus));
	return sampling_automatic_rate(cpulist_online(&online) ? CPU_COUNT(&online) : 0);
}

void options_parse(int count, char **arguments, struct options *options)
{
	static const struct option known[] = {
		{ "pid", required_argument, NULL, OPTION_PID },
		{ "seconds", required_argument, NULL, OPTION_SECONDS },
		{ "repeat-seconds", required_argument, NULL, OPTION_REPEAT },
		{ "out", required_argument, NULL, OPTION_OUT },
		{ "cache", required_argument, NULL, OPTION_CACHE },
		{ "event", required_argument, NULL, OPTION_EVENT },
		{ "rate", required_argument, NULL, OPTION_RATE },
		{ "cgroup", required_argument, NULL, OPTION_CGROUP },
		{ "fixed-period", no_argument, NULL, OPTION_FIXED },
		{ "max-depth", required_argument, NULL, OPTION_DEPTH },
		{ "buffer", required_argument, NULL, OPTION_BUFFER },
		{ "backend", required_argument, NULL, OPTION_BACKEND },
		{ "off-cpu", no_argument, NULL, OPTION_OFF_CPU },
		{ "off-cpu-min", required_argument, NULL, OPTION_OFF_CPU_MIN },
		{ "time-stacks", no_argument, NULL, OPTION_TIME_STACKS },
		{ "compare-kernel-stacks", no_argument, NULL, OPTION_COMPARE },
		{ "cpus", required_argument, NULL, OPTION_CPUS },
		{ 0 },
	};

	parse(count, arguments, known, options);
	check_combination(options);
	if (options->sampling.rate_hz == 0)
		options->sampling.rate_hz = choose_rate(options);
}

void options_parse_exec(int count, char **arguments, struct options *options)
{
	static const struct option known[] = {
		{ "cpus", required_argument, NULL, OPTION_CPUS },
		{ 0 },
	};

	parse(count, arguments, known, options);
	if (!options->command)
		fail(EXIT_USAGE, "exec: what is to be run? -- COMMAND");
}

void options_parse_plant(int count, char **arguments, struct options *options)
{
	static const struct option known[] = {
		{ "percent", required_argument, NULL, OPTION_PERCENT },
		{ 0 },
	};

	parse(count, arguments, known, options);
	if (!options->command)
		fail(EXIT_USAGE, "plant: what is to be run? -- COMMAND");
	if (options->percent == 0)
		fail(EXIT_USAGE, "plant: how much is to be burnt? --percent P");
}
