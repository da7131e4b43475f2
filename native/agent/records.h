/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of a jitdump file, put together in memory: one write(2) then puts them into the file,
 * so that those of several threads do not mix.
 */
#ifndef PROFBOUND_AGENT_RECORDS_H
#define PROFBOUND_AGENT_RECORDS_H

#include <stddef.h>

#include "methods.h"
#include "scopes.h"

#include "../src/symbols/jitdump_format.h"

struct output {
	char *bytes;
	size_t size;
};

/* What can be said at most of a method with so many functions, places and frames. */
size_t most_record_bytes(uint64_t functions, uint64_t places, uint64_t frames);

/* Where the function begins that the next load is of; nothing where its file is not known. */
void put_debug_info(struct output *output, const struct function *function, uint64_t address);

/* What runs where in the code that the next load is of. */
void put_inlines(struct output *output, struct functions *functions, const struct scope *scopes, uint32_t count,
		 const char *address);

/* Code that is there from now on. */
void put_load(struct output *output, const char *name, const void *address, size_t bytes);

#endif
