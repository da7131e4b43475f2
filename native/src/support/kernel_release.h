/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of kernels by their release alone. */
#ifndef PROFBOUND_KERNEL_RELEASE_H
#define PROFBOUND_KERNEL_RELEASE_H

#include <stdbool.h>

/* This kernel's release, as uname -r says it, and version, as uname -v does; "" where it cannot be had. */
const char *kernel_release(void);
const char *kernel_version(void);

/* Whether a release is at least so new. */
bool kernel_release_is_since(const char *release, int major, int minor);

/*
 * Whether a kernel may lock up when a BPF program reads a user's stack into a map: since 5.19 that could wait for a lock that the
 * sampled code holds. Corrected by d319f344561d in 6.1.36, 6.3.10 and 6.4; of what distributions took over, only Debian's version says it.
 */
bool kernel_may_lock_up(const char *release, const char *version);

#endif
