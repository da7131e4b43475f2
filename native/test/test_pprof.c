// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <unistd.h>

#include "profile/pprof.h"
#include "profile_reader.h"

static void build(struct pprof *pprof)
{
	const struct pprof_line leaf = { { "f", "_Z1fv", "/src/f.cc", 12 }, 14 }, root = { { "main\xff", "main\xff", "", 0 }, 0 };
	const struct pprof_line inlined = { { "g", "_Z1gv", "/src/g.h", 3 }, 4 };
	const struct pprof_mapping mapping = {
		.start = 0x1000, .limit = 0x2000, .offset = 0x1000, .file = "/bin/x", .build_id = "abcd", .has_functions = true,
		.has_line_numbers = true, .has_inline_frames = true,
	};
	const struct pprof_header header = {
		.values = { { "samples", "count" }, { "cpu", "nanoseconds" } },
		.shown = 1,
		.started_at = 1234567890123456789,
		.duration = 2000000000,
		.period = 1003009,
	};
	const struct pprof_label labels[] = { { "thread", "worker", 0 }, { "pid", NULL, 10 }, { "tid", NULL, 11 }, { "cpu", NULL, 3 } };
	uint64_t locations[3], mapping_id;

	pprof_begin(pprof, &header);
	mapping_id = pprof_add_mapping(pprof, &mapping);
	locations[0] = pprof_add_location(pprof, mapping_id, 0x1234, &leaf, NULL, 0);
	locations[1] = pprof_add_location(pprof, mapping_id, 0x1300, &leaf, &inlined, 1);
	locations[2] = pprof_add_location(pprof, 0, 0, &root, NULL, 0);
	pprof_add_sample(pprof, &(struct pprof_sample){ .locations = locations, .depth = 3, .values = { 300, 300902700 },
							.labels = labels, .label_count = 4 });
	pprof_add_sample(pprof, &(struct pprof_sample){ .locations = locations + 2, .depth = 1, .values = { 0, 5 } });
}

static bool write_to(const char *path, struct pprof *pprof)
{
	FILE *file = fopen(path, "we");
	bool written = file && pprof_write(pprof, file);
	int error = errno;

	fclose(file);
	errno = error;
	return written;
}

static void writes_what_it_was_given(const char *path)
{
	static const char *const labels[] = { "thread", "pid", "tid", "cpu" };
	static const uint64_t numbers[] = { 0, 10, 11, 3 };
	struct pprof pprof;
	struct message profile, part;
	struct field field;
	uint8_t *bytes;

	build(&pprof);
	CHECK(write_to(path, &pprof));
	pprof_free(&pprof);
	profile = read_profile(path, &bytes);
	CHECK_TEXT(string_at(profile, 0), "");
	CHECK_NUMBER(count_fields(profile, 1), 2);
	field = find_field(profile, 1, 1);
	CHECK_TEXT(string_at(profile, integer(embedded(&field), 1)), "cpu");
	CHECK_TEXT(string_at(profile, integer(embedded(&field), 2)), "nanoseconds");
	CHECK_NUMBER(integer(profile, 9), 1234567890123456789);
	CHECK_NUMBER(integer(profile, 10), 2000000000);
	CHECK_NUMBER(integer(profile, 12), 1003009);
	CHECK_TEXT(string_at(profile, integer(profile, 13)), "profbound-collect");
	CHECK_TEXT(string_at(profile, integer(profile, 14)), "cpu");
	part = by_id(profile, 3, 1);
	CHECK_NUMBER(integer(part, 2), 0x1000);
	CHECK_NUMBER(integer(part, 3), 0x2000);
	CHECK_NUMBER(integer(part, 4), 0x1000);
	CHECK_TEXT(string_at(profile, integer(part, 5)), "/bin/x");
	CHECK_TEXT(string_at(profile, integer(part, 6)), "abcd");
	CHECK_NUMBER(integer(part, 7), 1);
	CHECK_NUMBER(integer(part, 8), 0);
	CHECK_NUMBER(integer(part, 9), 1);
	CHECK_NUMBER(integer(part, 10), 1);
	CHECK_NUMBER(integer(by_id(profile, 4, 1), 2), 1);
	CHECK_NUMBER(integer(by_id(profile, 4, 1), 3), 0x1234);
	CHECK_NUMBER(integer(by_id(profile, 4, 3), 2), 0);
	/* The inlined function comes before the one it was inlined into. */
	part = by_id(profile, 4, 2);
	CHECK_NUMBER(count_fields(part, 4), 2);
	field = find_field(part, 4, 0);
	CHECK_NUMBER(integer(embedded(&field), 2), 4);
	CHECK_TEXT(string_at(profile, integer(by_id(profile, 5, integer(embedded(&field), 1)), 2)), "g");
	field = find_field(part, 4, 1);
	CHECK_NUMBER(integer(embedded(&field), 2), 14);
	CHECK_TEXT(string_at(profile, integer(by_id(profile, 5, integer(embedded(&field), 1)), 2)), "f");
	/* Equal functions are one. */
	CHECK_NUMBER(count_fields(profile, 5), 3);
	part = by_id(profile, 5, 1);
	CHECK_TEXT(string_at(profile, integer(part, 2)), "f");
	CHECK_TEXT(string_at(profile, integer(part, 3)), "_Z1fv");
	CHECK_TEXT(string_at(profile, integer(part, 4)), "/src/f.cc");
	CHECK_NUMBER(integer(part, 5), 12);
	CHECK_TEXT(string_at(profile, integer(by_id(profile, 5, 3), 2)), "main?");
	field = find_field(profile, 2, 0);
	part = embedded(&field);
	CHECK_NUMBER(depth_of(part), 3);
	CHECK_NUMBER(location_id(part, 2), 3);
	CHECK_NUMBER(value_at(part, 0), 300);
	CHECK_NUMBER(value_at(part, 1), 300902700);
	for (int i = 0; i < 4; i++) {
		field = find_field(part, 3, i);
		CHECK_TEXT(string_at(profile, integer(embedded(&field), 1)), labels[i]);
		CHECK_NUMBER(integer(embedded(&field), 3), numbers[i]);
	}
	field = find_field(part, 3, 0);
	CHECK_TEXT(string_at(profile, integer(embedded(&field), 2)), "worker");
	field = find_field(profile, 2, 1);
	CHECK_NUMBER(value_at(embedded(&field), 0), 0);
	CHECK_NUMBER(value_at(embedded(&field), 1), 5);
	CHECK_NUMBER(count_fields(embedded(&field), 3), 0);
	free(bytes);
}

static size_t read_bytes(const char *path, char *bytes, size_t size)
{
	FILE *file = fopen(path, "r");
	size_t got = file ? fread(bytes, 1, size, file) : 0;

	if (file)
		fclose(file);
	return got;
}

static void writes_the_same_bytes_again(const char *path)
{
	char first[4096], second[4096];
	size_t size = read_bytes(path, first, sizeof(first));
	struct pprof pprof;

	build(&pprof);
	CHECK(write_to(path, &pprof));
	pprof_free(&pprof);
	CHECK(size > 18 && read_bytes(path, second, sizeof(second)) == size && memcmp(first, second, size) == 0);
	/* gzip, and no time in it. */
	CHECK(memcmp(first, "\x1f\x8b\x08\0\0\0\0\0", 8) == 0);
}

static void says_why_it_cannot_write(void)
{
	struct pprof pprof;

	build(&pprof);
	CHECK(!write_to("/dev/full", &pprof));
	CHECK_NUMBER(errno, ENOSPC);
	pprof_free(&pprof);
}

int main(void)
{
	char path[] = "/tmp/profbound-test-XXXXXX";
	int fd = mkstemp(path);

	CHECK(fd >= 0);
	close(fd);
	writes_what_it_was_given(path);
	writes_the_same_bytes_again(path);
	says_why_it_cannot_write();
	unlink(path);
	return check_report("pprof");
}
