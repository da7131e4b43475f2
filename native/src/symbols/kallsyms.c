// SPDX-License-Identifier: Apache-2.0
/* The kernel's own symbols. Addresses are zero for those who may not see them. */
#include "symbols/kallsyms.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int kallsyms_open(void)
{
	return open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
}

/* A line is `address type name`, and for a module's a tab and the module: a hundred thousand lines, too many for sscanf(). */
static bool add_line(struct symbols *symbols, char *line)
{
	uint64_t address = 0;
	char *at = line;

	for (; isxdigit((unsigned char)*at); at++)
		address = address << 4 | (isdigit((unsigned char)*at) ? *at - '0' : (*at | 0x20) - 'a' + 10);
	/* Functions: text, and weak text. */
	if (address == 0 || at[0] != ' ' || !at[1] || !strchr("tTwW", at[1]) || at[2] != ' ')
		return false;
	at += 3;
	at[strcspn(at, "\t\n ")] = '\0';
	return *at && symbols_add(symbols, address, 0, at, SYMBOL_GLOBAL);
}

bool kallsyms_read(struct symbols *symbols, int fd)
{
	FILE *file = fdopen(dup(fd), "r");
	char line[1024];
	bool any = false;

	if (!file)
		return false;
	rewind(file);
	while (fgets(line, sizeof(line), file))
		any = add_line(symbols, line) || any;
	fclose(file);
	symbols_sort(symbols);
	return any;
}
