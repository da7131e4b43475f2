/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the kernel for the names of the functions that samples lie in, by a BPF program that is run for it. */
#ifndef PROFBOUND_KERNEL_NAMING_H
#define PROFBOUND_KERNEL_NAMING_H

#include "kernel_names.h"
#include "profile/recorder.h"

/* `names` and `count` are the program's own variables. What it cannot name is left without a name. */
void kernel_names_ask(int program, struct kernel_name names[KERNEL_NAMES], __u32 *count, struct recorder *recorder);

#endif
