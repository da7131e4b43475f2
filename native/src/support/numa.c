// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "support/numa.h"

#include <stdio.h>
#include <string.h>

#include "support/cpulist.h"

#define NODES "/sys/devices/system/node"

static bool read_list(const char *path, cpu_set_t *set)
{
	FILE *file = fopen(path, "re");
	char line[4096] = "";
	bool read;

	if (!file)
		return false;
	read = fgets(line, sizeof(line), file) != NULL;
	fclose(file);
	return read && cpulist_parse(line, set);
}

void numa_read(uint16_t nodes[MAX_CPUS])
{
	cpu_set_t online, cpus;

	memset(nodes, 0, MAX_CPUS * sizeof(*nodes));
	/* Node lists are written as CPU lists are. */
	if (!read_list(NODES "/online", &online))
		return;
	for (int node = 0; node < CPU_SETSIZE; node++) {
		char path[64];

		if (!CPU_ISSET(node, &online))
			continue;
		snprintf(path, sizeof(path), NODES "/node%d/cpulist", node);
		if (!read_list(path, &cpus))
			continue;
		for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
			if (CPU_ISSET(cpu, &cpus))
				nodes[cpu] = node;
		}
	}
}

uint32_t numa_node(const uint16_t nodes[MAX_CPUS], uint32_t cpu)
{
	return cpu < MAX_CPUS ? nodes[cpu] : 0;
}
