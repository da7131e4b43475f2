// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "support/cpulist.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_number(const char **at, long *number)
{
	char *end;

	if (!isdigit((unsigned char)**at))
		return false;
	*number = strtol(*at, &end, 10);
	*at = end;
	return *number >= 0 && *number < CPU_SETSIZE;
}

bool cpulist_parse(const char *text, cpu_set_t *set)
{
	CPU_ZERO(set);
	for (;;) {
		long first, last;

		if (!parse_number(&text, &first))
			return false;
		last = first;
		if (*text == '-') {
			text++;
			if (!parse_number(&text, &last) || last < first)
				return false;
		}
		for (long cpu = first; cpu <= last; cpu++)
			CPU_SET(cpu, set);
		if (*text == '\0' || *text == '\n')
			return true;
		if (*text != ',')
			return false;
		text++;
	}
}

bool cpulist_online(cpu_set_t *set)
{
	FILE *file = fopen("/sys/devices/system/cpu/online", "re");
	char line[4096] = "";
	bool read;

	if (!file)
		return false;
	read = fgets(line, sizeof(line), file) != NULL;
	fclose(file);
	return read && cpulist_parse(line, set);
}
