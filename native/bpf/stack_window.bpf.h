/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A part of a stack, read at once. Each call of the kernel to read a word takes as long as all else that a frame needs, and ten
 * frames mostly lie within some hundred bytes.
 */
#ifndef PROFBOUND_STACK_WINDOW_BPF_H
#define PROFBOUND_STACK_WINDOW_BPF_H

/* Bytes: a power of two, of which a page is a multiple. */
#define WINDOW_BYTES 512
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

/*
 * Where a window with the word at `address` is to begin: at `low`, the end of the stack that is still needed, or as near. All of it is in
 * the page of the word: another may not be there, and to be told so takes long.
 */
static __always_inline __u64 window_start(__u64 low, __u64 address)
{
	__u64 page = address & ~(WINDOW_PAGE - 1ULL), last = page + WINDOW_PAGE - WINDOW_BYTES, start = low & ~7ULL;

	if (address - start >= WINDOW_BYTES / 2)
		start = address - WINDOW_BYTES / 8;
	if (start - page >= WINDOW_PAGE)
		start = page;
	return start < last ? start : last;
}

/*
 * Reads anew, from a user's stack or the kernel's own, so that the word is there; false where it cannot be read, or has an address that
 * is no multiple of 8.
 */
static __noinline bool window_read(struct stack_window *window, bool is_kernels, __u64 low, __u64 address)
{
	const void *start = (const void *)window_start(low, address);
	long failure;

	if (address & 7)
		return false;
	if (is_kernels)
		failure = bpf_probe_read_kernel(window->words, sizeof(window->words), start);
	else
		failure = bpf_probe_read_user(window->words, sizeof(window->words), start);
	window->start = failure ? WINDOW_NOWHERE : (__u64)start;
	return !failure;
}

#endif
