// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The BPF programs of a capture: one object, so that they share maps and globals. A part is a header of its own. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "profile.h"
#include "kernel_names.h"
#include "offcpu.h"
#include "unwind.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#include "unwind_maps.bpf.h"
#include "cgroup.bpf.h"
#include "tree.bpf.h"
#include "weight.bpf.h"
#include "kernel_table.bpf.h"
#include "send.bpf.h"
#include "sample.bpf.h"
#include "offcpu.bpf.h"
#include "kernel_names.bpf.h"
