/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */
/*
 * Unwind tables as the kernel and the collector share them, and what the unwinder says of a stack.
 *
 * A space (one a process) lists what is mapped where. A mapping leads to pages of 1 KiB of its file's linked addresses,
 * a page to rows in the order of their addresses, a row to a rule, which is shared by all files: few thousand differ. A
 * page is that small because nothing of this is in a cache when a sample comes: its rows, some twenty, are one or two lines.
 * Every page with rows begins with one for its address 0, so that the row for an address is always in its own page.
 */
#ifndef PROFBOUND_UNWIND_H
#define PROFBOUND_UNWIND_H

/* The programs have these of vmlinux.h. */
#ifndef __bpf__
#include <linux/types.h>
#endif

/* Registers by their DWARF numbers: figure 3.36 of the System V ABI for x86-64. */
enum unwind_register {
	UNWIND_RAX,
	UNWIND_RDX,
	UNWIND_RCX,
	UNWIND_RBX,
	UNWIND_RSI,
	UNWIND_RDI,
	UNWIND_RBP,
	UNWIND_RSP,
	UNWIND_R8,
	UNWIND_R15 = 15,
	UNWIND_RIP,
	UNWIND_REGISTERS,
};

/* How the canonical frame address (CFA), the caller's stack pointer, is found. */
enum unwind_cfa {
	/* register + offset */
	UNWIND_CFA_REGISTER,
	/* *(register + offset) + addend: realigned stacks, hand-written assembly */
	UNWIND_CFA_DEREFERENCE,
	/* rsp + offset + ((rip & 15) >= addend ? 8 : 0): lazy PLT entries push in their middle */
	UNWIND_CFA_PLT,
	/* register + offset, on another stack than the frame, above or below it: Go's runtime switches */
	UNWIND_CFA_OTHER_STACK,
	/* register + offset, and the caller was interrupted, as by a signal: its rip is no return address. Go's preemption */
	UNWIND_CFA_INTERRUPTED,
	/* rsp points at an rt_sigframe: every register is in it, and the caller's rip is no return address */
	UNWIND_CFA_SIGNAL,
	/* push %rbp; mov %rsp,%rbp: code without unwind information */
	UNWIND_CFA_FRAME_POINTER,
	/* Nothing called this. */
	UNWIND_CFA_OUTERMOST,
	/* The table's own rule cannot be expressed here. */
	UNWIND_CFA_UNSUPPORTED,
	/* No table has this: the code is one of CPython's trampolines (unwind_step.h). */
	UNWIND_CFA_TRAMPOLINE,
};

/* Where the caller's rbp or rbx is. The return address is at CFA - 8 wherever there is one. */
enum unwind_saved {
	/* Still in the register. */
	UNWIND_SAME,
	/* At CFA + 8 × its slot. */
	UNWIND_AT_CFA,
	/* At rbp + 8 × its slot: frames that realign their stack. */
	UNWIND_AT_RBP,
	/* Lost, or in a way that cannot be expressed here. */
	UNWIND_LOST,
};

struct unwind_rule {
	__u8 cfa;	     /* enum unwind_cfa */
	__u8 cfa_register;   /* enum unwind_register */
	__u8 rbp;	     /* enum unwind_saved */
	__u8 rbx;	     /* enum unwind_saved */
	__s32 offset;
	__s32 addend;
	__s16 rbp_slot;
	__s16 rbx_slot;
};

struct unwind_row {
	/* In its page, of the first linked address it is valid for. */
	__u16 address;
	/* Index of its rule. */
	__u16 rule;
};

struct unwind_page {
	/* Rows, all in one chunk; none: frame pointers. */
	__u32 first;
	__u32 count;
};

struct unwind_mapping {
	__u64 start;
	__u64 end;
	/* Where linked address 0 lies. */
	__u64 base;
	/* Index of the page of linked address 0, modulo 2^32: pages of addresses below the file's first are not there. */
	__u32 first_page;
	/* Index of the page behind the file's last. 0: code without tables, for which frame pointers are followed. */
	__u32 page_limit;
};

/* A process with more executable mappings than this is unwound in user mode. Chromium has some 250. */
#define UNWIND_MAPPINGS 512

struct unwind_space {
	__u32 count;
	/* Another one each time a space is filled; set where the kernel's side has it. Not 0. */
	__u32 serial;
	/* Ascending, without overlaps. */
	struct unwind_mapping mappings[UNWIND_MAPPINGS];
};

/* Processes with spaces of their own at once; those beyond are unwound in user mode. */
#define UNWIND_SPACES 1024

/* They come in groups that are made as they are needed: all at once, 16 MiB, would take longer than all programs to load. */
#define UNWIND_SPACE_GROUP 32

/* Rules are indexed by 16 bits; a desktop's files together have some ten thousand. */
#define UNWIND_RULES 65536

#define UNWIND_PAGE_BITS 10
#define UNWIND_PAGE_MASK ((1U << UNWIND_PAGE_BITS) - 1)

/* 1 GiB of code. */
#define UNWIND_PAGES (1 << 20)

/* Rows come in chunks that are made as they are needed: 256 KiB each, 128 MiB at most. */
#define UNWIND_CHUNK_ROWS 65536
#define UNWIND_CHUNKS 512

/* Why a walk up the stack ended. */
enum unwind_end {
	/* At a function that nothing called. */
	UNWIND_COMPLETE,
	/* As many frames as may be kept. */
	UNWIND_TRUNCATED,
	/* Nothing known is mapped at the next address. */
	UNWIND_NO_MAPPING,
	/* The process has no space (yet). */
	UNWIND_NO_SPACE,
	/* The stack could not be read there. */
	UNWIND_UNREADABLE,
	/* The table cannot say where the caller is, or a register it needs is lost. */
	UNWIND_NO_RULE,
	/* The caller's frame would lie below its callee's. */
	UNWIND_NOT_RISING,
	/* The frame pointer is zero or leads to no code, behind code without tables. */
	UNWIND_CHAIN_ENDED,
	/* There are no user registers: a kernel thread. */
	UNWIND_NO_USER,
	UNWIND_ENDS,
};

/* Set in a frame's address when frame pointers, not a table, led from it to its caller. User addresses leave its bit free. */
#define UNWIND_BY_FRAME_POINTER (1ULL << 63)

/* Set in the address of a caller that was interrupted there by a signal: it is where it runs, not where a call returns to. */
#define UNWIND_INTERRUPTED (1ULL << 62)

_Static_assert(sizeof(struct unwind_rule) == 16, "both sides must agree on struct unwind_rule");
_Static_assert(sizeof(struct unwind_row) == 4, "both sides must agree on struct unwind_row");
_Static_assert(sizeof(struct unwind_mapping) == 32, "both sides must agree on struct unwind_mapping");
_Static_assert(sizeof(struct unwind_space) == 8 + 32 * UNWIND_MAPPINGS, "both sides must agree on struct unwind_space");

#endif
