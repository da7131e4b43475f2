// SPDX-License-Identifier: Apache-2.0
#include "backends/kernel_naming.h"

#include <bpf/bpf.h>
#include <stdlib.h>
#include <string.h>

/* "name", "name [module]", or the address where there is no function. */
static void take(struct recorder *recorder, struct kernel_name *named)
{
	named->name[KERNEL_NAME_BYTES - 1] = '\0';
	named->name[strcspn(named->name, " ")] = '\0';
	if (named->name[0] && strncmp(named->name, "0x", 2) != 0)
		recorder_name_kernel(recorder, named->address, named->name);
}

void kernel_names_ask(int program, struct kernel_name names[KERNEL_NAMES], __u32 *count, struct recorder *recorder)
{
	LIBBPF_OPTS(bpf_test_run_opts, options);
	size_t total;
	uint64_t *addresses = recorder_kernel_addresses(recorder, &total);

	for (size_t at = 0; at < total; at += *count) {
		*count = total - at < KERNEL_NAMES ? total - at : KERNEL_NAMES;
		for (uint32_t i = 0; i < *count; i++)
			names[i] = (struct kernel_name){ .address = addresses[at + i] };
		if (bpf_prog_test_run_opts(program, &options))
			break;
		for (uint32_t i = 0; i < *count; i++)
			take(recorder, &names[i]);
	}
	free(addresses);
}
