/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */
/* What both sides know of the kernel's own unwind table: the ORC of arch/x86/include/asm/orc_types.h. */
#ifndef PROFBOUND_KERNEL_STACK_H
#define PROFBOUND_KERNEL_STACK_H

/* The programs have these of vmlinux.h. */
#ifndef __bpf__
#include <linux/types.h>
#endif

/* Rows that are read together, a line of memory or two; of a million in all. */
#define KERNEL_BLOCK_ROWS 16
#define KERNEL_BLOCKS 65536

/* 64 MiB of code. */
#define KERNEL_PAGE_BITS 12
#define KERNEL_PAGES 16384

/* What .orc_header has, since Linux 6.4: the SHA-1 of the text that defines the format. This one is that of 6.4 to 6.18. */
#define KERNEL_FORMAT_BYTES 20
#define KERNEL_FORMAT                                                                                                          \
	{ 0xfe, 0x5d, 0x32, 0xbf, 0x58, 0x1b, 0xd6, 0x3b, 0x2c, 0xa9, 0xa5, 0xc6, 0x5b, 0xa5, \
	  0xa6, 0x25, 0xea, 0xb3, 0xfe, 0x24 }

#define KERNEL_RETURNS 3

/* What is known of the table; all zero: nothing, and the kernel is asked for its stacks. */
struct kernel_table {
	/* Addresses of its parts: a place of code for each row, relative to where it stands; and the rows. */
	__u64 places;
	__u64 rows;
	__u32 count;
	/* From the first row's code up to the last's. */
	__u32 code_bytes;
	__u64 code;
	/* What tracers put in the place of return addresses, which only the kernel can tell. */
	__u64 returns[KERNEL_RETURNS];
};

_Static_assert(sizeof(struct kernel_table) == 32 + 8 * KERNEL_RETURNS, "both sides must agree on struct kernel_table");

#endif
