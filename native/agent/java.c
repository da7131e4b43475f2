// SPDX-License-Identifier: Apache-2.0
/*
 * An agent that a JVM loads at its start (-agentpath), and that writes down which code the JVM generates, when, and what
 * is inlined where: a jitdump file, /tmp/jit-PID.dump, which the collector reads. Whatever goes wrong here, the program
 * runs on.
 */
#include "records.h"
#include "system.h"

/* Nothing is said of what is inlined into methods with more: the largest known have some ten thousand. */
#define MOST_FRAMES 1000000

/* e_machine of x86-64. */
#define MACHINE 62

static int file = -1;

/* Memory of one event; NULL where there is none. */
static void *take(size_t bytes)
{
	long memory = system_call(SYS_mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory < 0 && memory > -4096 ? NULL : (void *)memory;
}

static void give_back(void *memory, size_t bytes)
{
	if (memory)
		SYSTEM(munmap, memory, bytes, 0);
}

static const struct inline_record *find_inlines(const void *compile_info)
{
	for (const struct compile_record *record = compile_info; record; record = record->next)
		if (record->kind == INLINE_RECORD)
			return (const struct inline_record *)record;
	return NULL;
}

static uint64_t count_frames(const struct scope *scopes, uint32_t count)
{
	uint64_t frames = 0;

	for (uint32_t i = 0; i < count; i++)
		frames += scopes[i].depth;
	return frames;
}

static void write_out(const struct output *output)
{
	SYSTEM(write, file, output->bytes, output->size);
}

static void write_method(jvmti *env, method_id method, const void *address, size_t code_bytes, const struct scope *scopes,
			 uint32_t scope_count)
{
	uint64_t frames = count_frames(scopes, scope_count), capacity = 1 + frames;
	size_t output_bytes = most_record_bytes(capacity, scope_count, frames);
	struct functions functions = { .entries = take(capacity * sizeof(struct function)), .capacity = capacity };
	struct output output = { .bytes = take(output_bytes) };

	if (functions.entries && output.bytes) {
		functions_add(&functions, env, method);
		for (uint32_t i = 0; i < scope_count; i++)
			for (uint32_t k = 0; k < scopes[i].depth; k++)
				functions_add(&functions, env, scopes[i].methods[k]);
		put_debug_info(&output, &functions.entries[0], (uint64_t)address);
		if (scope_count > 0)
			put_inlines(&output, &functions, scopes, scope_count, address);
		put_load(&output, functions.entries[0].name, address, code_bytes);
		write_out(&output);
		functions_release(&functions, env);
	}
	give_back(functions.entries, capacity * sizeof(struct function));
	give_back(output.bytes, output_bytes);
}

static void on_method(jvmti *env, method_id method, int32_t code_bytes, const void *address, int32_t map_length, const void *map,
		      const void *compile_info)
{
	const struct inline_record *inlines = find_inlines(compile_info);
	uint32_t count = inlines && inlines->pc_count > 0 ? inlines->pc_count : 0;
	size_t bytes = MOST_BYTECODES * sizeof(uint32_t) + (size_t)count * sizeof(struct scope);
	uint32_t *counts = count ? take(bytes) : NULL;
	struct scope *scopes = (struct scope *)(counts + MOST_BYTECODES);

	if (counts)
		scopes_read(scopes, inlines, counts);
	if (!counts || count_frames(scopes, count) > MOST_FRAMES)
		count = 0;
	write_method(env, method, address, code_bytes, scopes, count);
	give_back(counts, bytes);
}

/* The interpreter, stubs, adapters. */
static void on_other_code(jvmti *env, const char *name, const void *address, int32_t bytes)
{
	char buffer[256 + LONGEST_TEXT], cut[LONGEST_TEXT];
	struct output output = { .bytes = buffer };
	size_t length = length_of(name);

	if (length >= sizeof(cut))
		length = sizeof(cut) - 1;
	memcpy(cut, name, length);
	cut[length] = '\0';
	put_load(&output, cut, address, bytes);
	write_out(&output);
}

static void open_file(void)
{
	char path[64] = "/tmp/jit-";
	size_t size = length_of(path);
	uint32_t pid = SYSTEM(getpid, 0, 0, 0);
	char digits[10];
	size_t count = 0;
	const struct jitdump_header header = {
		.magic = JITDUMP_MAGIC,
		.version = JITDUMP_VERSION,
		.bytes = sizeof(header),
		.machine = MACHINE,
		.pid = pid,
		.time = monotonic_nanoseconds(),
	};

	for (uint32_t left = pid; left > 0; left /= 10)
		digits[count++] = '0' + left % 10;
	while (count > 0)
		path[size++] = digits[--count];
	memcpy(path + size, ".dump", sizeof(".dump"));
	/* What another process of that number left behind; another user's stays, and nothing is written. */
	SYSTEM(unlink, path, 0, 0);
	file = SYSTEM(open, path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (file < 0)
		return;
	SYSTEM(write, file, &header, sizeof(header));
	/* Mapped executable, it is seen by profilers at once, and can be kept by them when the process has ended. */
	system_call(SYS_mmap, 0, sizeof(header), PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
}

/* What a JVM calls at its start. A result other than 0 would end it. */
__attribute__((visibility("default"))) int32_t Agent_OnLoad(java_vm *vm, char *options, void *reserved)
{
	void *callbacks[LAST_EVENT - FIRST_EVENT + 1] = { 0 };
	uint32_t capabilities[4] = { 1U << CAN_GET_SOURCE_FILE_NAME | 1U << CAN_GET_LINE_NUMBERS |
				     1U << CAN_GENERATE_COMPILED_METHOD_LOAD };
	void *handle = NULL;
	jvmti *env;

	if (((get_env *)vm->functions[GET_ENV])(vm, &handle, JVMTI_VERSION) || !handle)
		return 0;
	env = handle;
	if (JVMTI_CALL(env, ADD_CAPABILITIES, add_capabilities *)(env, capabilities))
		return 0;
	callbacks[COMPILED_METHOD_LOAD - FIRST_EVENT] = on_method;
	callbacks[DYNAMIC_CODE_GENERATED - FIRST_EVENT] = on_other_code;
	if (JVMTI_CALL(env, SET_EVENT_CALLBACKS, set_event_callbacks *)(env, callbacks, sizeof(callbacks)))
		return 0;
	open_file();
	if (file < 0)
		return 0;
	JVMTI_CALL(env, SET_EVENT_MODE, set_event_mode *)(env, 1, DYNAMIC_CODE_GENERATED, NULL);
	JVMTI_CALL(env, SET_EVENT_MODE, set_event_mode *)(env, 1, COMPILED_METHOD_LOAD, NULL);
	return 0;
}
