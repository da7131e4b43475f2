/* SPDX-License-Identifier: Apache-2.0 */
/* What the BPF programs counted, and what the kernel says that they took. */
#ifndef PROFBOUND_BPF_TOTALS_H
#define PROFBOUND_BPF_TOTALS_H

#include "backends/backend.h"

struct profile;

/* Begins `totals`, all but its off_cpu; to be called when the programs count no more. */
void bpf_totals_read(const struct profile *skeleton, struct capture_totals *totals);

/* Adds how many switches were watched, and what that took. */
void bpf_totals_read_off_cpu(const struct profile *skeleton, struct off_cpu_account *account);

#endif
