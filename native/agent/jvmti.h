/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much of the JVM Tool Interface as is used, by the numbers its specification gives its functions, capabilities and
 * events: they are the same in every JVM since Java 5, so that no JDK is needed to build.
 */
#ifndef PROFBOUND_JVMTI_H
#define PROFBOUND_JVMTI_H

#include <stdint.h>

#define JVMTI_VERSION 0x30010000

/* A table of functions stands behind the first member of what a JVM hands out. */
typedef const struct jvmti {
	void *const *functions;
} jvmti;

typedef const struct java_vm {
	void *const *functions;
} java_vm;

typedef struct method *method_id;
typedef void *class_ref;

/* Functions are numbered from 1 in the specification. */
#define JVMTI_CALL(env, number, type) ((type)(env)->functions[(number) - 1])

struct line_entry;

typedef int32_t set_event_mode(jvmti *env, int32_t mode, int32_t event, void *thread);
typedef int32_t allocate(jvmti *env, int64_t bytes, unsigned char **memory);
typedef int32_t deallocate(jvmti *env, void *memory);
typedef int32_t get_class_signature(jvmti *env, class_ref class, char **signature, char **generic);
typedef int32_t get_source_file_name(jvmti *env, class_ref class, char **name);
typedef int32_t get_class_loader(jvmti *env, class_ref class, void **loader);
typedef int32_t get_method_name(jvmti *env, method_id method, char **name, char **signature, char **generic);
typedef int32_t get_method_class(jvmti *env, method_id method, class_ref *class);
typedef int32_t get_line_table(jvmti *env, method_id method, int32_t *count, struct line_entry **entries);
typedef int32_t set_event_callbacks(jvmti *env, const void *callbacks, int32_t bytes);
typedef int32_t add_capabilities(jvmti *env, const void *capabilities);

enum jvmti_function {
	SET_EVENT_MODE = 2,
	ALLOCATE = 46,
	DEALLOCATE = 47,
	GET_CLASS_SIGNATURE = 48,
	GET_SOURCE_FILE_NAME = 50,
	GET_CLASS_LOADER = 57,
	GET_METHOD_NAME = 64,
	GET_METHOD_CLASS = 65,
	GET_LINE_TABLE = 70,
	SET_EVENT_CALLBACKS = 122,
	ADD_CAPABILITIES = 142,
};

/* Bits of the set of capabilities. */
enum jvmti_capability {
	CAN_GET_SOURCE_FILE_NAME = 11,
	CAN_GET_LINE_NUMBERS = 12,
	CAN_GENERATE_COMPILED_METHOD_LOAD = 27,
};

/* Callbacks stand in the order of their events. */
enum jvmti_event {
	FIRST_EVENT = 50,
	COMPILED_METHOD_LOAD = 68,
	DYNAMIC_CODE_GENERATED = 70,
	LAST_EVENT = 84,
};

/* GetEnv, of the functions of a JVM, counted from 0. */
#define GET_ENV 6

typedef int32_t get_env(java_vm *vm, void **env, int32_t version);

struct line_entry {
	int64_t bytecode;
	int32_t line;
};

/* What comes with a compiled method: a list of records, of which those of this kind say what is inlined where. */
#define INLINE_RECORD 2

struct compile_record {
	uint32_t kind;
	int32_t major;
	int32_t minor;
	const struct compile_record *next;
};

/* Debug information of one address: the methods on its stack, the innermost first, and where each is. */
struct pc_stack {
	const void *pc;
	int32_t depth;
	const method_id *methods;
	const int32_t *bytecodes;
};

struct inline_record {
	struct compile_record header;
	int32_t pc_count;
	const struct pc_stack *pcs;
};

#endif
