/* SPDX-License-Identifier: Apache-2.0 */
/* What a profile says of a Java method: name, source file, lines. */
#ifndef PROFBOUND_AGENT_METHODS_H
#define PROFBOUND_AGENT_METHODS_H

#include "jvmti.h"

/* Longer texts are cut: no profile shows them whole. */
#define LONGEST_TEXT 1000

struct function {
	method_id method;
	/* org.example.App.main; those of the JVM's own hidden classes as its perf maps have them. */
	char name[LONGEST_TEXT];
	/* org/example/App.java, below jdk: where the class is the JDK's; empty where the class does not say. */
	char file[LONGEST_TEXT];
	/* Where its first statement is; 0: not known. */
	int32_t start_line;
	int32_t line_count;
	struct line_entry *lines;
};

/* Functions that one piece of code is made of. */
struct functions {
	struct function *entries;
	uint32_t count;
	uint32_t capacity;
	/* Numbers that were asked for last, by what their methods' ids hash to. */
	uint32_t recent[256];
};

/* Describes a method that is not among them yet. */
void functions_add(struct functions *functions, jvmti *env, method_id method);

/* The method's number among them; their count: it is none of them. */
uint32_t functions_find(struct functions *functions, method_id method);

/* The line of a function's instruction; 0: not known. */
int32_t function_line(const struct function *function, int32_t bytecode);

/* Returns what the JVM gave for them. */
void functions_release(struct functions *functions, jvmti *env);

#endif
