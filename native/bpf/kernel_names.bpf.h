/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names of kernel functions, of the few addresses that were sampled: /proc/kallsyms has a hundred thousand, and reading
 * all of them takes more CPU time than some ten thousand samples.
 */
#ifndef PROFBOUND_KERNEL_NAMES_BPF_H
#define PROFBOUND_KERNEL_NAMES_BPF_H

/* Filled in by the collector, names by the program. */
struct kernel_name kernel_names[KERNEL_NAMES];
__u32 kernel_name_count;

SEC("syscall")
int name_kernel(void *context)
{
	static const char symbol[] = "%ps";

	for (__u32 i = 0; i < KERNEL_NAMES && i < kernel_name_count; i++)
		bpf_snprintf(kernel_names[i].name, KERNEL_NAME_BYTES, symbol, &kernel_names[i].address, sizeof(__u64));
	return 0;
}

#endif
