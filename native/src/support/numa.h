/* SPDX-License-Identifier: Apache-2.0 */
/* Which NUMA node each CPU is of. */
#ifndef PROFBOUND_NUMA_H
#define PROFBOUND_NUMA_H

#include <stdint.h>

#include "support/bounds.h"

/* Fills in the node of every CPU from /sys/devices/system/node; all are of node 0 where the kernel names none. */
void numa_read(uint16_t nodes[MAX_CPUS]);

/* The node of `cpu`; 0 beyond MAX_CPUS. */
uint32_t numa_node(const uint16_t nodes[MAX_CPUS], uint32_t cpu);

#endif
