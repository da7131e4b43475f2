/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */
/* How the collector asks the kernel for the names of its functions. */
#ifndef PROFBOUND_KERNEL_NAMES_H
#define PROFBOUND_KERNEL_NAMES_H

/* The programs have these of vmlinux.h. */
#ifndef __bpf__
#include <linux/types.h>
#endif

/* KSYM_NAME_LEN, and room for the module's. */
#define KERNEL_NAME_BYTES 600

/* Asked for in one run of the program. */
#define KERNEL_NAMES 64

struct kernel_name {
	__u64 address;
	char name[KERNEL_NAME_BYTES];
};

_Static_assert(sizeof(struct kernel_name) == 8 + KERNEL_NAME_BYTES, "both sides must agree on struct kernel_name");

#endif
