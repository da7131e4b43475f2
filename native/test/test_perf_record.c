// SPDX-License-Identifier: Apache-2.0
/* Records as the kernel lays them out, word by word, taken apart. */
#include "check.h"
#include "backends/perf_record.h"

#define WORD(low, high) ((uint64_t)(high) << 32 | (uint32_t)(low))
#define CONTEXT(name) ((uint64_t)PERF_CONTEXT_##name)
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

union record {
	struct perf_event_header header;
	uint64_t words[32];
};

static const struct perf_event_header *lay_out(union record *record, uint32_t type, uint16_t misc, const uint64_t *words,
					       size_t count)
{
	memset(record, 0xee, sizeof(*record));
	memcpy(record->words + 1, words, count * sizeof(*words));
	record->header = (struct perf_event_header){ .type = type, .misc = misc, .size = (uint16_t)((count + 1) * sizeof(*words)) };
	return &record->header;
}

/* A sample of thread 12 of process 11 on CPU 3 at time 1000, by event 77, with the given frames. */
static const struct perf_event_header *lay_out_sample(union record *record, uint16_t misc, const uint64_t *frames, size_t count)
{
	uint64_t words[24] = { 0x401000, WORD(11, 12), 1000, 77, WORD(3, 0), 1003009, count };

	memcpy(words + 7, frames, count * sizeof(*frames));
	return lay_out(record, PERF_RECORD_SAMPLE, misc, words, 7 + count);
}

static void splits_stacks(void)
{
	uint64_t both[] = { CONTEXT(KERNEL), 0xffffffff81000010, 0xffffffff81000020, CONTEXT(USER), 0x401000, 0x402000, 0x403000 };
	uint64_t user[] = { CONTEXT(USER), 0x401000, 0x402000 };
	uint64_t guest[] = { CONTEXT(GUEST_KERNEL), 0x1, CONTEXT(USER), 0x401000, CONTEXT(GUEST_USER), 0x2, 0x3 };
	struct perf_sample sample;
	union record record;

	CHECK(perf_record_sample(lay_out_sample(&record, PERF_RECORD_MISC_KERNEL, both, COUNT(both)), &sample));
	CHECK_NUMBER(sample.pid, 11);
	CHECK_NUMBER(sample.tid, 12);
	CHECK_NUMBER(sample.cpu, 3);
	CHECK_NUMBER(sample.id, 77);
	CHECK_NUMBER(sample.kernel_depth, 2);
	CHECK_NUMBER(sample.kernel[0], 0xffffffff81000010);
	CHECK_NUMBER(sample.kernel[1], 0xffffffff81000020);
	CHECK_NUMBER(sample.user_depth, 3);
	CHECK_NUMBER(sample.user[0], 0x401000);
	CHECK_NUMBER(sample.user[2], 0x403000);

	CHECK(perf_record_sample(lay_out_sample(&record, PERF_RECORD_MISC_USER, user, COUNT(user)), &sample));
	CHECK_NUMBER(sample.kernel_depth, 0);
	CHECK_NUMBER(sample.user_depth, 2);
	CHECK_NUMBER(sample.user[1], 0x402000);

	CHECK(perf_record_sample(lay_out_sample(&record, PERF_RECORD_MISC_USER, guest, COUNT(guest)), &sample));
	CHECK_NUMBER(sample.kernel_depth, 0);
	CHECK_NUMBER(sample.user_depth, 1);
	CHECK_NUMBER(sample.user[0], 0x401000);
}

static void falls_back_to_the_instruction(void)
{
	struct perf_sample sample;
	union record record;
	uint64_t marker = CONTEXT(USER);

	CHECK(perf_record_sample(lay_out_sample(&record, PERF_RECORD_MISC_USER, &marker, 0), &sample));
	CHECK_NUMBER(sample.user_depth, 1);
	CHECK_NUMBER(sample.user[0], 0x401000);
	CHECK_NUMBER(sample.kernel_depth, 0);
	CHECK(perf_record_sample(lay_out_sample(&record, PERF_RECORD_MISC_KERNEL, &marker, 1), &sample));
	CHECK_NUMBER(sample.user_depth, 0);
	CHECK_NUMBER(sample.kernel_depth, 1);
	CHECK_NUMBER(sample.kernel[0], 0x401000);
}

static void refuses_what_is_cut(void)
{
	uint64_t frames[] = { CONTEXT(USER), 0x401000 };
	struct perf_sample sample;
	struct perf_comm comm;
	struct perf_task task;
	union record record;

	lay_out_sample(&record, PERF_RECORD_MISC_USER, frames, COUNT(frames));
	record.words[7] = 3;
	CHECK(!perf_record_sample(&record.header, &sample));
	record.words[7] = UINT64_MAX;
	CHECK(!perf_record_sample(&record.header, &sample));
	record.words[7] = 2;
	CHECK(perf_record_sample(&record.header, &sample));
	record.header.size = 56;
	CHECK(!perf_record_sample(&record.header, &sample));
	CHECK_NUMBER(perf_record_time(&record.header), 0);
	CHECK(!perf_record_comm(lay_out(&record, PERF_RECORD_COMM, 0, (uint64_t[]){ WORD(1, 2) }, 1), &comm));
	CHECK(!perf_record_comm(lay_out(&record, PERF_RECORD_COMM, 0, (uint64_t[]){ WORD(1, 2), 0x6161616161616161 }, 2), &comm));
	CHECK(!perf_record_task(lay_out(&record, PERF_RECORD_FORK, 0, (uint64_t[]){ WORD(1, 2), WORD(1, 2) }, 2), &task));
	CHECK_NUMBER(perf_record_lost(lay_out(&record, PERF_RECORD_LOST, 0, (uint64_t[]){ 77 }, 1)), 0);
}

static void tells_names(void)
{
	/* "burn" and what sample_id_all appends: process and thread, time, id, CPU. */
	uint64_t words[] = { WORD(21, 22), 0x6e727562, WORD(21, 22), 5000, 77, WORD(1, 0) };
	const struct perf_event_header *header;
	struct perf_comm comm;
	union record record;

	header = lay_out(&record, PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC, words, COUNT(words));
	CHECK(perf_record_comm(header, &comm));
	CHECK_NUMBER(comm.pid, 21);
	CHECK_NUMBER(comm.tid, 22);
	CHECK(comm.exec);
	CHECK_TEXT(comm.name, "burn");
	CHECK_NUMBER(perf_record_time(header), 5000);
	header = lay_out(&record, PERF_RECORD_COMM, 0, words, COUNT(words));
	CHECK(perf_record_comm(header, &comm));
	CHECK(!comm.exec);
}

static void tells_mappings(void)
{
	/* Where, how long, from where in the file; device, inode and its generation; PROT_READ | PROT_EXEC, MAP_PRIVATE. */
	uint64_t words[] = { WORD(41, 42), 0x401000, 0x2000, 0x1000, WORD(254, 1), 99, 7, WORD(5, 2), 0x612f, /* "/a" */
			     WORD(41, 42), 8000, 77, WORD(1, 0) };
	const struct perf_event_header *header;
	struct perf_mapping mapping;
	union record record;

	header = lay_out(&record, PERF_RECORD_MMAP2, 0, words, COUNT(words));
	CHECK(perf_record_mapping(header, &mapping));
	CHECK_NUMBER(mapping.pid, 41);
	CHECK_NUMBER(mapping.start, 0x401000);
	CHECK_NUMBER(mapping.end, 0x403000);
	CHECK_NUMBER(mapping.offset, 0x1000);
	CHECK_NUMBER(mapping.device, 0xfe00000001);
	CHECK_NUMBER(mapping.inode, 99);
	CHECK(mapping.executable);
	CHECK_TEXT(mapping.name, "/a");
	CHECK_NUMBER(perf_record_time(header), 8000);
	/* A build id in the inode's place, a name without an end, memory that ends before it begins. */
	CHECK(!perf_record_mapping(lay_out(&record, PERF_RECORD_MMAP2, PERF_RECORD_MISC_MMAP_BUILD_ID, words, COUNT(words)),
				   &mapping));
	CHECK(!perf_record_mapping(lay_out(&record, PERF_RECORD_MMAP2, 0, words, 8), &mapping));
	words[8] = 0x6161616161616161;
	CHECK(!perf_record_mapping(lay_out(&record, PERF_RECORD_MMAP2, 0, words, 9), &mapping));
	words[2] = 0 - words[1];
	words[8] = 0x612f;
	CHECK(!perf_record_mapping(lay_out(&record, PERF_RECORD_MMAP2, 0, words, COUNT(words)), &mapping));
}

static void tells_starts_and_losses(void)
{
	uint64_t fork[] = { WORD(31, 30), WORD(33, 32), 6000, WORD(30, 32), 6001, 77, WORD(1, 0) };
	uint64_t lost[] = { 77, 1234, WORD(30, 32), 7000, 77, WORD(1, 0) };
	const struct perf_event_header *header;
	struct perf_task task;
	union record record;

	header = lay_out(&record, PERF_RECORD_FORK, 0, fork, COUNT(fork));
	CHECK(perf_record_task(header, &task));
	CHECK_NUMBER(task.pid, 31);
	CHECK_NUMBER(task.parent_pid, 30);
	CHECK_NUMBER(task.tid, 33);
	CHECK_NUMBER(task.parent_tid, 32);
	CHECK_NUMBER(perf_record_time(header), 6001);
	header = lay_out(&record, PERF_RECORD_LOST, 0, lost, COUNT(lost));
	CHECK_NUMBER(perf_record_lost(header), 1234);
	CHECK_NUMBER(perf_record_time(header), 7000);
}

int main(void)
{
	splits_stacks();
	falls_back_to_the_instruction();
	refuses_what_is_cut();
	tells_names();
	tells_mappings();
	tells_starts_and_losses();
	return check_report("perf_record");
}
