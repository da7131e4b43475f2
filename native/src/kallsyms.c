// SPDX-License-Identifier: Apache-2.0
/* The kernel's own symbols. Addresses are zero for those who may not see them. */
#include "kallsyms.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

bool kallsyms_read(struct symbols *symbols)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[1024];
	bool any = false;

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		unsigned long long address;
		char type, name[512];

		if (sscanf(line, "%llx %c %511s", &address, &type, name) != 3)
			continue;
		if (address == 0 || tolower((unsigned char)type) != 't')
			continue;
		any = symbols_add(symbols, address, 0, name, 1) || any;
	}
	fclose(file);
	symbols_sort(symbols);
	return any;
}
