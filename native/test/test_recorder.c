// SPDX-License-Identifier: Apache-2.0
/* The recorder as a whole, fed with addresses of this very process. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "profile_reader.h"
#include "profile/recorder.h"
#include "support/bounds.h"
#include "symbols/naming_account.h"

/* Two callers of known size: the return address is taken where it is used. */
static uint64_t return_address;

__attribute__((noinline)) void recorder_test_leaf(void)
{
	return_address = (uint64_t)__builtin_return_address(0);
}

__attribute__((noinline)) void recorder_test_caller(void)
{
	recorder_test_leaf();
	__asm__ volatile("");
}

extern void _start(void);

#define LEAF ((uint64_t)&recorder_test_leaf)

static struct sample sample_of(const uint64_t *user, uint32_t depth)
{
	return (struct sample){
		.pid = getpid(),
		.tid = getpid(),
		.weight = 100,
		.comm = "test",
		.user = user,
		.user_depth = depth,
		.end = UNWIND_CHAIN_ENDED,
		.by_frame_pointers = true,
	};
}

static uint64_t count_of(const struct cause_count *causes, const char *cause)
{
	for (int i = 0; i < RECORDER_CAUSES; i++) {
		if (causes[i].cause && strcmp(causes[i].cause, cause) == 0)
			return causes[i].samples;
	}
	CHECK(!"there is such a cause");
	return 0;
}

/* Resolves, writes and reads back. */
static struct message finish(struct recorder *recorder, struct recorder_counts *counts, uint8_t **bytes)
{
	const struct recorder_window window = { .started_at = 1, .duration = 2, .value = { "cpu", "nanoseconds" }, .period = 3 };
	char path[] = "/tmp/profbound-test-XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	struct message profile;

	recorder_follow_maps(recorder);
	recorder_resolve(recorder);
	recorder_count(recorder, counts);
	CHECK(file && recorder_write(recorder, RECORDER_CPU, &window, file));
	fclose(file);
	profile = read_profile(path, bytes);
	unlink(path);
	return profile;
}

static struct message sample_at(struct message profile, uint64_t index)
{
	struct field field = find_field(profile, 2, index);

	return embedded(&field);
}

/* Frames by name, leaf first. */
static void check_stack(struct message profile, uint64_t index, const char *const *names)
{
	struct message sample = sample_at(profile, index);
	uint64_t depth = 0;

	for (; names[depth]; depth++)
		CHECK_TEXT(function_name(profile, sample, depth), names[depth]);
	CHECK_NUMBER(depth_of(sample), depth);
}

#define STACK(...) (const char *const[]){ __VA_ARGS__, NULL }

static void names_and_counts(void)
{
	struct recorder *recorder = recorder_new();
	struct recorder_counts counts;
	struct message profile;
	struct sample sample;
	uint8_t *bytes;
	/* A return address to the very end of a call is looked up within it; one that no call precedes is no caller. */
	const uint64_t complete[] = { LEAF, return_address, (uint64_t)&_start + 1 };
	const uint64_t broken[] = { LEAF, return_address, 0x10, return_address };
	const uint64_t pointer[] = { LEAF, LEAF + 1, return_address };
	const uint64_t nowhere[] = { 0x10 };

	sample = sample_of(complete, 3);
	recorder_add(recorder, &sample);
	recorder_add(recorder, &sample);
	sample = sample_of(broken, 4);
	sample.cpu = 5;
	recorder_add(recorder, &sample);
	sample = sample_of(pointer, 3);
	recorder_add(recorder, &sample);
	sample = sample_of(complete, 2);
	sample.end = UNWIND_TRUNCATED;
	recorder_add(recorder, &sample);
	sample = sample_of(nowhere, 1);
	recorder_add(recorder, &sample);
	sample = sample_of(NULL, 0);
	recorder_add(recorder, &sample);
	recorder_add_hidden_kernel(recorder, 1000);
	profile = finish(recorder, &counts, &bytes);
	check_stack(profile, 0, STACK("recorder_test_leaf", "recorder_test_caller", "_start"));
	check_stack(profile, 1, STACK("recorder_test_leaf", "recorder_test_caller", "[frame pointer chain ended]"));
	check_stack(profile, 2, STACK("recorder_test_leaf", "[frame pointer chain ended]"));
	check_stack(profile, 3, STACK("recorder_test_leaf", "recorder_test_caller", "[truncated]"));
	check_stack(profile, 4, STACK("[unknown] (no mapping)", "[frame pointer chain ended]"));
	check_stack(profile, 5, STACK("[no user stack]"));
	check_stack(profile, 6, STACK("[kernel, not visible to this user]"));
	CHECK_NUMBER(value_at(sample_at(profile, 0), 0), 2);
	CHECK_NUMBER(value_at(sample_at(profile, 0), 1), 200);
	CHECK_NUMBER(value_at(sample_at(profile, 6), 0), 0);
	CHECK_NUMBER(value_at(sample_at(profile, 6), 1), 1000);
	CHECK_NUMBER(counts.samples, 7);
	CHECK_NUMBER(counts.weight, 1700);
	CHECK_NUMBER(counts.truncated, 1);
	CHECK_NUMBER(count_of(counts.incomplete, "frame_pointer_chain_ended"), 3);
	CHECK_NUMBER(count_of(counts.incomplete, "no_user_stack"), 1);
	CHECK_NUMBER(count_of(counts.incomplete, "process_gone"), 0);
	CHECK_NUMBER(count_of(counts.unresolved, "no_mapping"), 1);
	CHECK_NUMBER(count_of(counts.unresolved, "no_symbol"), 0);
	CHECK_NUMBER(counts.cpu_count, 2);
	CHECK_NUMBER(counts.cpus[0].samples, 6);
	CHECK_NUMBER(counts.cpus[1].cpu, 5);
	CHECK_NUMBER(counts.cpus[1].weight, 100);
	free(bytes);
	recorder_free(recorder);
}

static void ends_where_the_thread_began(void)
{
	struct recorder *recorder = recorder_new();
	struct recorder_counts counts;
	struct message profile;
	struct sample sample;
	uint8_t *bytes;
	/* What the frame pointer holds behind the first function does not matter, even if it looks like a caller. */
	const uint64_t behind[] = { LEAF, (uint64_t)&_start + 1, return_address };
	/* A leaf is no caller: a process may be in the middle of clone(). */
	const uint64_t leaf[] = { (uint64_t)&_start, return_address };

	sample = sample_of(behind, 3);
	recorder_add(recorder, &sample);
	sample = sample_of(leaf, 2);
	recorder_add(recorder, &sample);
	sample = sample_of(leaf, 1);
	recorder_add(recorder, &sample);
	profile = finish(recorder, &counts, &bytes);
	check_stack(profile, 0, STACK("recorder_test_leaf", "_start"));
	check_stack(profile, 1, STACK("_start", "recorder_test_caller", "[frame pointer chain ended]"));
	check_stack(profile, 2, STACK("_start"));
	CHECK_NUMBER(count_of(counts.incomplete, "frame_pointer_chain_ended"), 1);
	free(bytes);
	recorder_free(recorder);
}

static void believes_tables(void)
{
	struct recorder *recorder = recorder_new();
	struct recorder_counts counts;
	struct message profile;
	struct sample sample;
	uint8_t *bytes;
	/* No call precedes what a signal interrupted, nor what its handler returns to. */
	const uint64_t signal[] = { LEAF, (uint64_t)&recorder_test_caller, LEAF | UNWIND_INTERRUPTED, return_address };
	const uint64_t lost[] = { LEAF, return_address };

	sample = sample_of(signal, 4);
	sample.by_frame_pointers = false;
	sample.end = UNWIND_COMPLETE;
	recorder_add(recorder, &sample);
	sample = sample_of(lost, 2);
	sample.by_frame_pointers = false;
	for (sample.end = UNWIND_NO_MAPPING; sample.end <= UNWIND_NOT_RISING; sample.end++)
		recorder_add(recorder, &sample);
	profile = finish(recorder, &counts, &bytes);
	check_stack(profile, 0, STACK("recorder_test_leaf", "recorder_test_caller", "recorder_test_leaf", "recorder_test_caller"));
	check_stack(profile, 1, STACK("recorder_test_leaf", "recorder_test_caller", "[no mapping]"));
	check_stack(profile, 2, STACK("recorder_test_leaf", "recorder_test_caller", "[no unwind tables]"));
	check_stack(profile, 3, STACK("recorder_test_leaf", "recorder_test_caller", "[stack unreadable]"));
	check_stack(profile, 4, STACK("recorder_test_leaf", "recorder_test_caller", "[no unwind information]"));
	check_stack(profile, 5, STACK("recorder_test_leaf", "recorder_test_caller", "[stack does not rise]"));
	CHECK_NUMBER(count_of(counts.incomplete, "no_mapping"), 1);
	CHECK_NUMBER(count_of(counts.incomplete, "stack_not_rising"), 1);
	CHECK_NUMBER(count_of(counts.incomplete, "frame_pointer_chain_ended"), 0);
	free(bytes);
	recorder_free(recorder);
}

static void names_generated_code(void)
{
	struct recorder *recorder = recorder_new();
	uint8_t *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *bytes;
	const uint64_t known[] = { (uint64_t)code + 8, (uint64_t)code + 0x20 }, unknown[] = { (uint64_t)code + 0x800 };
	struct recorder_counts counts;
	struct message profile, part;
	struct sample sample;
	struct field line;
	char path[64];
	FILE *map;

	CHECK(code != MAP_FAILED);
	sample = sample_of(known, 2);
	recorder_add(recorder, &sample);
	sample = sample_of(unknown, 1);
	recorder_add(recorder, &sample);
	/* The runtime may write its map until the end. */
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	map = fopen(path, "w");
	CHECK(map && fprintf(map, "%lx 10 JS:*leaf /srv/a.js:7:1\n%lx 10 stub\n", (uint64_t)code, (uint64_t)code + 0x10) > 0);
	fclose(map);
	profile = finish(recorder, &counts, &bytes);
	unlink(path);
	/* 0x20 returns to the byte behind stub. */
	check_stack(profile, 0, STACK("leaf", "stub", "[frame pointer chain ended]"));
	check_stack(profile, 1, STACK("[unknown] (anonymous executable memory)", "[frame pointer chain ended]"));
	CHECK_NUMBER(count_of(counts.unresolved, "anonymous_memory"), 1);
	part = by_id(profile, 4, location_id(sample_at(profile, 0), 0));
	CHECK_NUMBER(integer(part, 3), (uint64_t)code + 8);
	line = find_field(part, 4, 0);
	CHECK_TEXT(string_at(profile, integer(by_id(profile, 3, integer(part, 2)), 5)), "[perf map]");
	part = by_id(profile, 5, integer(embedded(&line), 1));
	CHECK_TEXT(string_at(profile, integer(part, 3)), "JS:*leaf /srv/a.js:7:1");
	CHECK_TEXT(string_at(profile, integer(part, 4)), "/srv/a.js");
	CHECK_NUMBER(integer(part, 5), 7);
	free(bytes);
	munmap(code, 4096);
	recorder_free(recorder);
}

/* A map beyond what is read, with a line that is none, and more times than are told apart: each is counted and said. */
static void says_what_it_could_not_name(void)
{
	struct recorder *recorder = recorder_new();
	uint8_t *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *bytes;
	const uint64_t user[] = { (uint64_t)code + 8 };
	struct sample sample = sample_of(user, 1);
	struct recorder_counts counts;
	struct notes notes = { 0 };
	char path[64];
	FILE *map;

	for (uint64_t i = 1; i <= MAX_TIMED_LOCATIONS + 7ULL; i++) {
		sample.time = i << 24;
		recorder_add(recorder, &sample);
	}
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	map = fopen(path, "w");
	CHECK(map && fprintf(map, "%lx 10 leaf\nnonsense\n", (uint64_t)code) > 0);
	fclose(map);
	CHECK(truncate(path, MAX_PERF_MAP_BYTES + 5) == 0);
	check_stack(finish(recorder, &counts, &bytes), 0, STACK("leaf", "[frame pointer chain ended]"));
	unlink(path);
	naming_note(recorder_naming(recorder), &notes);
	CHECK_NUMBER(notes.count, 3);
	CHECK(strstr(notes.lines[0], "1 lines of perf maps are not of their form") == notes.lines[0]);
	CHECK(strstr(notes.lines[1], "5 bytes of perf maps were not read: together they have more than 256 MB.") == notes.lines[1]);
	CHECK(strstr(notes.lines[2], "7 frames in generated code are named by what was there last") == notes.lines[2]);
	free(bytes);
	munmap(code, 4096);
	recorder_free(recorder);
}

static void keeps_what_a_gone_process_weighs(void)
{
	struct recorder *recorder = recorder_new();
	struct recorder_counts counts;
	const uint64_t user[] = { LEAF, return_address };
	struct sample sample = sample_of(user, 2);
	struct message profile;
	uint8_t *bytes;

	sample.pid = sample.tid = fork();
	if (sample.pid == 0)
		_exit(0);
	waitpid(sample.pid, NULL, 0);
	recorder_add(recorder, &sample);
	profile = finish(recorder, &counts, &bytes);
	check_stack(profile, 0, STACK("[unknown] (process gone)"));
	CHECK_NUMBER(count_of(counts.incomplete, "process_gone"), 1);
	CHECK_NUMBER(count_of(counts.unresolved, "process_gone"), 1);
	free(bytes);
	recorder_free(recorder);
}

static void takes_the_kernel_s_word(void)
{
	const uint64_t user[] = { LEAF, return_address, (uint64_t)&_start + 1 };
	const uint64_t kernel[] = { 0xffffffff81000010, 0xffffffff81000020 };
	struct recorder *recorder = recorder_new();
	struct recorder_counts counts;
	struct sample sample = sample_of(user, 3);
	struct message profile;
	uint64_t *addresses;
	uint8_t *bytes;
	size_t count;

	sample.kernel = kernel;
	sample.kernel_depth = 2;
	recorder_add(recorder, &sample);
	recorder_add(recorder, &sample);
	addresses = recorder_kernel_addresses(recorder, &count);
	CHECK_NUMBER(count, 2);
	CHECK_NUMBER(addresses[0], 0xffffffff81000010);
	/* Within the call. */
	CHECK_NUMBER(addresses[1], 0xffffffff8100001f);
	recorder_name_kernel(recorder, addresses[0], "named_function");
	free(addresses);
	profile = finish(recorder, &counts, &bytes);
	check_stack(profile, 0,
		    STACK("named_function", "[unknown] (kernel)", "recorder_test_leaf", "recorder_test_caller", "_start"));
	CHECK_NUMBER(count_of(counts.unresolved, "kernel_symbols"), 0);
	free(bytes);
	recorder_free(recorder);
}

static void works_without_a_sample(void)
{
	struct recorder *recorder = recorder_new();
	struct recorder_counts counts;
	struct message profile;
	uint8_t *bytes;

	profile = finish(recorder, &counts, &bytes);
	CHECK_NUMBER(count_fields(profile, 2), 0);
	CHECK_NUMBER(counts.samples, 0);
	CHECK_NUMBER(counts.cpu_count, 0);
	free(bytes);
	recorder_free(recorder);
}

int main(void)
{
	recorder_test_caller();
	names_and_counts();
	ends_where_the_thread_began();
	believes_tables();
	names_generated_code();
	says_what_it_could_not_name();
	keeps_what_a_gone_process_weighs();
	takes_the_kernel_s_word();
	works_without_a_sample();
	return check_report("recorder");
}
