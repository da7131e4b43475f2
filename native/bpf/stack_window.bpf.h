/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A part of a stack, read at once. A call of the kernel to read a word takes as long as all else that a frame needs, and to read some
 * thousand bytes hardly longer.
 */
#ifndef PROFBOUND_STACK_WINDOW_BPF_H
#define PROFBOUND_STACK_WINDOW_BPF_H

/* Bytes: a power of two, of which a page is a multiple. */
#define WINDOW_BYTES 2048
#define WINDOW_PAGE 4096

struct stack_window {
	__u64 start;
	__u64 words[WINDOW_BYTES / 8];
};

/* Odd, and no address of anything: no word is there. */
#define WINDOW_NOWHERE 0x5a5a5a5a5a5a5a5bULL

/* Nothing of the stack is known. */
static __always_inline void window_forget(struct stack_window *window)
{
	window->start = WINDOW_NOWHERE;
}

/* Whether there is the word at an address; not, where it is no multiple of 8. */
static __always_inline bool window_has(const struct stack_window *window, __u64 address)
{
	return ((address - window->start) & ~(WINDOW_BYTES - 8ULL)) == 0;
}

static __always_inline __u64 window_word(const struct stack_window *window, __u64 address)
{
	__u64 offset = address - window->start;

	/* The compiler knows that it is no more than this, the verifier does not. */
	barrier_var(offset);
	return window->words[(offset & (WINDOW_BYTES - 8)) / 8];
}

/* Fills the window from `start` on; false where that cannot be read. */
static __always_inline bool window_fill(struct stack_window *window, bool is_kernels, __u64 start)
{
	long failure;

	if (is_kernels)
		failure = bpf_probe_read_kernel(window->words, WINDOW_BYTES, (const void *)start);
	else
		failure = bpf_probe_read_user(window->words, WINDOW_BYTES, (const void *)start);
	window->start = failure ? WINDOW_NOWHERE : start;
	return !failure;
}

/*
 * Reads anew, from a user's stack or the kernel's own, so that the word at `address` is there; false where it cannot be read, or its
 * address is no multiple of 8. The window begins at `low`, the end of the stack that is still needed, or as near. It ends in the page of
 * the word, for the next may not be there, and nor may the one before, of a frame that has just begun.
 */
static __noinline bool window_read(struct stack_window *window, bool is_kernels, __u64 low, __u64 address)
{
	__u64 page = address & ~(WINDOW_PAGE - 1ULL), start = low & ~7ULL;

	if (address & 7)
		return false;
	if (address - start >= WINDOW_BYTES / 2)
		start = address - page < WINDOW_BYTES / 8 ? page : address - WINDOW_BYTES / 8;
	if (start > page + WINDOW_PAGE - WINDOW_BYTES)
		start = page + WINDOW_PAGE - WINDOW_BYTES;
	if (window_fill(window, is_kernels, start))
		return true;
	return start < page && window_fill(window, is_kernels, page);
}

#endif
