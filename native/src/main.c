// SPDX-License-Identifier: Apache-2.0
/* profbound-collect: profiles a process tree. Knows nothing of pairs, verdicts or where the figures go. */
#include <stdio.h>
#include <string.h>

#include "annotation/annotation.h"
#include "doctor/doctor.h"
#include "support/fail.h"
#include "options.h"
#include "plant/plant.h"
#include "record.h"
#include "target/target.h"
#include "unwind/table_listing.h"

static const char help[] =
	"profbound-collect: profile a process tree and count its CPU time exactly\n"
	"\n"
	"  profbound-collect [record] --pid N[,N...] [--seconds S] --out DIR\n"
	"  profbound-collect [record] --cgroup PATH [--seconds S] --out DIR\n"
	"  profbound-collect [record] [--seconds S] [--cpus LIST] [--repeat-seconds S] --out DIR -- COMMAND...\n"
	"  profbound-collect exec [--cpus LIST] -- COMMAND...\n"
	"  profbound-collect plant --percent P -- COMMAND...\n"
	"  profbound-collect doctor [--json]\n"
	"  profbound-collect unwind-table FILE [--store]\n"
	"  profbound-collect annotate FILE [--all]\n"
	"  profbound-collect --version\n"
	"\n"
	"  --pid N[,N...]      processes to attach to, with their threads and descendants\n"
	"  --cgroup PATH       all processes of a cgroup (version 2) and of those below it, for as long as they are in it;\n"
	"                      PATH is absolute or below /sys/fs/cgroup. Takes the bpf backend\n"
	"  --seconds S         length of the capture; without it, until the target exits or SIGINT or SIGTERM comes\n"
	"  --repeat-seconds S  start COMMAND again until S seconds have passed; complete runs are counted\n"
	"  --out DIR           where cpu.pb.gz (pprof) and capture.json are written\n"
	"  --cache DIR         keep there what was read of files, for the next capture; DIR is yours alone to write to\n"
	"  --event E           auto (cycles, or cpu-clock where there is no PMU), cycles, cpu-clock, instructions,\n"
	"                      cache-references, cache-misses, branches, branch-misses, page-faults, minor-faults,\n"
	"                      major-faults, context-switches or cpu-migrations; none: CPU time is counted\n"
	"                      and nothing sampled\n"
	"  --rate HZ           samples a second and CPU, 1 to 10000; auto, the default, is 997, and less on more than 16\n"
	"                      CPUs. Of events that are not time: the most that are taken\n"
	"  --fixed-period      the same time between all samples, instead of times drawn at random around it: a program\n"
	"                      in step with them is then seen wrongly\n"
	"  --max-depth N       frames kept of a user stack, 8 to 1024 (default 128)\n"
	"  --buffer KIB        between kernel and collector, a power of two (bpf backend; default 16 MiB or 1 MiB a CPU)\n"
	"  --backend B         auto, bpf or perf\n"
	"  --off-cpu           also write offcpu.pb.gz: where threads wait, and for how long; needs the bpf backend\n"
	"  --off-cpu-min US    sum blocks shorter than so many microseconds without telling them apart; default 0\n"
	"  --time-stacks       also say in capture.json what walking stacks takes, which adds some 50 ns to each\n"
	"  --compare-kernel-stacks\n"
	"                      have the kernel walk its stacks, too, and say in capture.json how many it finds otherwise\n"
	"  --cpus LIST         CPUs COMMAND runs on, for instance 0-3\n"
	"  --percent P         CPU time to burn beside COMMAND, of what it takes: a slowdown of known size\n"
	"  annotate            of addresses on standard input, as linked and in hexadecimal, print functions and lines as JSON\n"
	"  --all               of all functions, with what they call\n"
	"  --store             print the unwind table of FILE as it is packed for the kernel\n"
	"\n"
	"Exit codes: 0 written, 3 usage, 4 this machine does not allow it (the line says what would).\n";

int main(int count, char **arguments)
{
	const char *first = count > 1 ? arguments[1] : "";
	struct options options;

	if (strcmp(first, "--version") == 0) {
		puts("profbound-collect " PROFBOUND_VERSION);
		return EXIT_WRITTEN;
	}
	if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
		fputs(help, stdout);
		return EXIT_WRITTEN;
	}
	if (strcmp(first, "doctor") == 0) {
		bool json = count == 3 && strcmp(arguments[2], "--json") == 0;

		if (count > 2 && !json)
			fail(EXIT_USAGE, "doctor %s: unknown option; doctor takes --json", arguments[2]);
		return doctor_run(json);
	}
	if (strcmp(first, "unwind-table") == 0) {
		bool from_store = count == 4 && strcmp(arguments[3], "--store") == 0;

		if (count != 3 && !from_store)
			fail(EXIT_USAGE, "unwind-table takes the path of an ELF file, and may take --store");
		return table_listing_run(arguments[2], from_store);
	}
	if (strcmp(first, "annotate") == 0) {
		bool is_whole = count == 4 && strcmp(arguments[3], "--all") == 0;

		if (count != 3 && !is_whole)
			fail(EXIT_USAGE, "annotate takes the path of an ELF file, and addresses on standard input or --all");
		return annotation_run(arguments[2], is_whole);
	}
	if (strcmp(first, "exec") == 0) {
		options_parse_exec(count - 1, arguments + 1, &options);
		target_exec(&options);
	}
	if (strcmp(first, "plant") == 0) {
		options_parse_plant(count - 1, arguments + 1, &options);
		plant_run(options.percent, options.command);
	}
	if (strcmp(first, "record") == 0) {
		count--;
		arguments++;
	}
	options_parse(count, arguments, &options);
	return record_run(&options);
}
