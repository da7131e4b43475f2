// SPDX-License-Identifier: Apache-2.0
#include "methods.h"

#include "system.h"

/* A text that grows at the end of a buffer, cut at its capacity; always with room for what ends it. */
struct text {
	char *bytes;
	size_t size;
	size_t capacity;
};

static void append(struct text *text, const char *from, size_t bytes)
{
	size_t room = text->capacity - 1 - text->size;

	if (bytes > room)
		bytes = room;
	memcpy(text->bytes + text->size, from, bytes);
	text->size += bytes;
}

static void append_text(struct text *text, const char *from)
{
	append(text, from, length_of(from));
}

static void deallocate_all(jvmti *env, void **memory, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (memory[i])
			JVMTI_CALL(env, DEALLOCATE, deallocate *)(env, memory[i]);
}

/* "Lorg/example/App$1;" is org.example.App$1; of a hidden class a dot separates its number, as perf maps have a slash. */
static void name_function(struct function *function, const char *signature, const char *method)
{
	struct text name = { .bytes = function->name, .capacity = sizeof(function->name) };
	size_t length = length_of(signature);

	if (length > 2 && signature[0] == 'L') {
		append(&name, signature + 1, length - 2);
		for (size_t i = 0; i < name.size; i++) {
			char *at = &name.bytes[i];

			*at = *at == '/' ? '.' : *at == '.' ? '/' : *at;
		}
		append_text(&name, ".");
	}
	append_text(&name, method);
	name.bytes[name.size] = '\0';
}

static int starts_with(const char *text, const char *beginning)
{
	while (*beginning && *text == *beginning)
		text++, beginning++;
	return !*beginning;
}

/* Whether a class is the JDK's own: it has no loader but the JVM, or one of the packages that are reserved. */
static int is_of_jdk(const char *signature, const void *loader)
{
	return !loader || starts_with(signature, "Ljava/") || starts_with(signature, "Ljdk/") || starts_with(signature, "Lsun/") ||
	       starts_with(signature, "Lcom/sun/");
}

/* A source file has a name alone: its package says in which folder it is. */
static void place_function(struct function *function, const char *signature, const char *source, const void *loader)
{
	struct text path = { .bytes = function->file, .capacity = sizeof(function->file) };
	size_t folder = 0;

	if (is_of_jdk(signature, loader))
		append_text(&path, "jdk:");
	for (size_t i = 0; signature[i]; i++)
		if (signature[i] == '/')
			folder = i;
	if (folder > 0)
		append(&path, signature + 1, folder);
	append_text(&path, source);
	path.bytes[path.size] = '\0';
}

/* Where its first statement is: of what lines there are, the one of the first instruction may be a later one. */
static int32_t first_line(const struct function *function)
{
	int32_t first = 0;

	for (int32_t i = 0; i < function->line_count; i++)
		if (first == 0 || function->lines[i].line < first)
			first = function->lines[i].line;
	return first;
}

static void describe(jvmti *env, struct function *function, method_id method)
{
	char *name = NULL, *signature = NULL, *source = NULL;
	void *class = NULL, *loader = NULL;

	function->method = method;
	function->lines = NULL;
	function->line_count = 0;
	if (JVMTI_CALL(env, GET_LINE_TABLE, get_line_table *)(env, method, &function->line_count, &function->lines))
		function->line_count = 0;
	function->start_line = first_line(function);
	JVMTI_CALL(env, GET_METHOD_NAME, get_method_name *)(env, method, &name, NULL, NULL);
	JVMTI_CALL(env, GET_METHOD_CLASS, get_method_class *)(env, method, &class);
	if (class) {
		JVMTI_CALL(env, GET_CLASS_SIGNATURE, get_class_signature *)(env, class, &signature, NULL);
		JVMTI_CALL(env, GET_SOURCE_FILE_NAME, get_source_file_name *)(env, class, &source);
		JVMTI_CALL(env, GET_CLASS_LOADER, get_class_loader *)(env, class, &loader);
	}
	name_function(function, signature ? signature : "", name ? name : "[unknown]");
	function->file[0] = '\0';
	if (signature && source)
		place_function(function, signature, source, loader);
	deallocate_all(env, (void *[]){ name, signature, source }, 3);
}

/* That of the last table entry that begins no later. */
int32_t function_line(const struct function *function, int32_t bytecode)
{
	int64_t nearest = -1;
	int32_t line = 0;

	for (int32_t i = 0; i < function->line_count; i++) {
		const struct line_entry *entry = &function->lines[i];

		if (entry->bytecode <= bytecode && entry->bytecode > nearest) {
			nearest = entry->bytecode;
			line = entry->line;
		}
	}
	return line;
}

uint32_t functions_find(struct functions *functions, method_id method)
{
	uint32_t *recent = &functions->recent[(uintptr_t)method * 0x9e3779b97f4a7c15u >> 56];

	if (*recent < functions->count && functions->entries[*recent].method == method)
		return *recent;
	for (uint32_t number = 0; number < functions->count; number++)
		if (functions->entries[number].method == method)
			return *recent = number;
	return functions->count;
}

void functions_add(struct functions *functions, jvmti *env, method_id method)
{
	if (functions_find(functions, method) == functions->count && functions->count < functions->capacity)
		describe(env, &functions->entries[functions->count++], method);
}

void functions_release(struct functions *functions, jvmti *env)
{
	for (uint32_t i = 0; i < functions->count; i++)
		if (functions->entries[i].lines)
			JVMTI_CALL(env, DEALLOCATE, deallocate *)(env, functions->entries[i].lines);
}
