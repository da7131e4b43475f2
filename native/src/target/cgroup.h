/* SPDX-License-Identifier: Apache-2.0 */
/* A cgroup of the version 2 hierarchy as what is captured. */
#ifndef PROFBOUND_CGROUP_H
#define PROFBOUND_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

struct cgroup_target {
	/* As the kernel numbers cgroups; 0: none is captured. */
	uint64_t id;
	/* Its folder, until it is closed. */
	int fd;
};

/*
 * Finds the cgroup at an absolute path, or at one below where the hierarchy is mounted: /sys/fs/cgroup, or
 * /sys/fs/cgroup/unified beside version 1. Ends with EXIT_USAGE when it is none.
 */
void cgroup_open(struct cgroup_target *cgroup, const char *path);

/* Whether it has not been removed. */
bool cgroup_exists(const struct cgroup_target *cgroup);

void cgroup_close(struct cgroup_target *cgroup);

#endif
