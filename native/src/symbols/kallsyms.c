// SPDX-License-Identifier: Apache-2.0
/* The kernel's own symbols. Addresses are zero for those who may not see them. */
#include "symbols/kallsyms.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int kallsyms_open(void)
{
	return open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
}

bool kallsyms_read(struct symbols *symbols, int fd)
{
	FILE *file = fdopen(dup(fd), "r");
	char line[1024];
	bool any = false;

	if (!file)
		return false;
	rewind(file);
	while (fgets(line, sizeof(line), file)) {
		unsigned long long address;
		char type, name[512];

		if (sscanf(line, "%llx %c %511s", &address, &type, name) != 3)
			continue;
		/* Functions: text, and weak text. */
		if (address == 0 || !strchr("tTwW", type))
			continue;
		any = symbols_add(symbols, address, 0, name, SYMBOL_GLOBAL) || any;
	}
	fclose(file);
	symbols_sort(symbols);
	return any;
}
