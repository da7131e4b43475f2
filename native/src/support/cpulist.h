/* SPDX-License-Identifier: Apache-2.0 */
/* CPU lists as the kernel writes them: 0-3,8. */
#ifndef PROFBOUND_CPULIST_H
#define PROFBOUND_CPULIST_H

#include <sched.h>
#include <stdbool.h>

/* Parses `text` into `set`; false when it is not a list, a range runs backwards, or a CPU is beyond CPU_SETSIZE. */
bool cpulist_parse(const char *text, cpu_set_t *set);

/* The CPUs that are online; false when the kernel does not say. */
bool cpulist_online(cpu_set_t *set);

#endif
