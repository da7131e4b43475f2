/* SPDX-License-Identifier: Apache-2.0 */
/* Every bound on what is read from the measured programs, which are not trusted, each with its reason. */
#ifndef PROFBOUND_LIMITS_H
#define PROFBOUND_LIMITS_H

/* Longest symbol kept; C++ templates reach some thousands, beyond is an attack or of no use to a reader. */
#define MAX_NAME_BYTES 4096

/* A browser has some thousands of mappings; 64 Ki is the kernel's default vm.max_map_count. */
#define MAX_MAPPINGS 65536

/* Node under load writes some MB of perf map; 256 MB is a map that grew without bound. */
#define MAX_PERF_MAP_BYTES (256UL << 20)

/* Chromium has 1.2 million symbols. */
#define MAX_SYMBOLS 8000000UL

/* A miss re-reads /proc/PID/maps at most this often: JIT code misses for ever, and reading costs 0.1 to 1 ms. */
#define MAPS_REREAD_NANOSECONDS 100000000ULL

/* A service of thousands of threads still fits; beyond, the unprivileged backend runs out of file descriptors. */
#define MAX_THREADS 4096

#define MAX_CPUS 1024

#endif
