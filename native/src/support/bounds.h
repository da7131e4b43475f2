/* SPDX-License-Identifier: Apache-2.0 */
/* Every bound on what is read from the measured programs, which are not trusted, each with its reason. */
#ifndef PROFBOUND_BOUNDS_H
#define PROFBOUND_BOUNDS_H

/* Longest symbol kept; C++ templates reach some thousands, beyond is an attack or of no use to a reader. */
#define MAX_NAME_BYTES 4096

/* Nesting of a Rust name; iterators within iterators reach some sixty. */
#define MAX_NAME_DEPTH 256

/* Parts of a Rust name read; back references let a short name repeat itself without end. */
#define MAX_NAME_STEPS 20000

/* A browser has some thousands of mappings; 64 Ki is the kernel's default vm.max_map_count. */
#define MAX_MAPPINGS 65536

/* 64 Ki mappings with paths of 4 KiB would be 256 MB; all that were ever seen are far below this. */
#define MAX_MAPS_BYTES (64UL << 20)

/* Of all perf maps: node under load writes some MB; 256 MB are of many processes, or of one that writes without bound. */
#define MAX_PERF_MAP_BYTES (256UL << 20)

/* Three records for each piece of code; a browser generates some 100,000 pieces in a day. */
#define MAX_JITDUMP_RECORDS 4000000UL

/* A jitdump holds all code that was ever generated: some 100 MB in a day; beyond is a sparse file or an attack. */
#define MAX_JITDUMP_BYTES (2ULL << 30)

/* What is inlined into one piece of generated code; HotSpot compiles at most some hundred KB at once. */
#define MAX_INLINES_BYTES (16UL << 20)

/* Chromium has 1.2 million symbols. */
#define MAX_SYMBOLS 8000000UL

/* Of all names of one file together: Chromium's have some 200 MB; a jitdump that moves code copies its name each time. */
#define MAX_NAMES_BYTES (1UL << 30)

/*
 * Addresses in generated code that are told apart by the time at which they ran; those beyond are taken to have run what
 * was there last. Captures of some seconds have 100,000.
 */
#define MAX_TIMED_LOCATIONS 1000000U

/* Symbols and names of all generated code of a capture; a browser's 100,000 pieces of code take some 20 MB. */
#define MAX_GENERATED_BYTES (1UL << 30)

/* What a symbol of generated code takes beside its name: itself, what a jitdump says of it, what the heap adds. */
#define GENERATED_SYMBOL_BYTES 128

/* One piece of generated code with its name; a record of more that is not there is no record that is being written. */
#define MAX_JITDUMP_RECORD_BYTES (64UL << 20)

/* Symbols looked at for one address; overlaps are a handful, thousands are an attack. */
#define MAX_OVERLAPS 4096

/* A .gnu_debugdata unpacked, and the memory that takes; that of the largest libraries has some megabytes. */
#define MAX_MINI_DEBUG_BYTES (64UL << 20)

/* What deflate packs at best: a section that claims to be larger is not whole. */
#define MAX_DEFLATE_RATIO 1032

/* Program headers looked at; Linux itself loads no file with more than 64 KiB of them, linkers write a dozen. */
#define MAX_SEGMENTS 1024

/* Relocations of one section looked at; Kubernetes' largest programs have half a million. */
#define MAX_RELOCATIONS 16000000UL

/* Places in a Go program that could hold its tables; there is one, or two where data happens to look alike. */
#define MAX_GO_CANDIDATES 16

/* Lines or stack depths of one Go function looked at; the largest generated ones have some ten thousand. */
#define MAX_GO_VALUES 1000000UL

/* Compilation units looked at; Chromium has 40,000. */
#define MAX_UNITS 1000000UL

/* Functions and ranges looked at within one unit; the largest known amalgamations have some ten thousand. */
#define MAX_UNIT_FUNCTIONS 1000000UL

/* Entries of debug information read of one function; the largest functions have some hundred thousand. */
#define MAX_FUNCTION_ENTRIES 4000000UL

/* Nesting of debug information; blocks within blocks within inlined calls reach some sixty. */
#define MAX_ENTRY_DEPTH 512

/* Functions inlined into one another at one address; iterators of Rust and C++ ranges reach some thirty. */
#define MAX_INLINED 128

/* Addresses that annotate takes; nights of captures of the largest programs have some hundred thousand. */
#define MAX_ANNOTATED_ADDRESSES 4000000UL

/* Code of one function that is read; generated parsers reach a few hundred KB. */
#define MAX_FUNCTION_BYTES (16UL << 20)

/* Files kept open until they are symbolised; the usual limit is 1,024 descriptors and sampling needs most of them. */
#define MAX_KEPT_FILES 256

/* Chromium with debug information has 4 GB; beyond is a sparse file that costs time and names nothing. */
#define MAX_ELF_BYTES (16ULL << 30)

/* A miss re-reads /proc/PID/maps at most this often: JIT code misses for ever, and reading costs 0.1 to 1 ms. */
#define MAPS_REREAD_NANOSECONDS 100000000ULL

/* Rows of one unwind table: half of what there is room for in the kernel; Chromium has some millions. */
#define MAX_TABLE_ROWS (16UL << 20)

/* For the reader of one unwind table: Chromium's takes seconds and less than a gigabyte; beyond is an attack. */
#define BUILDER_BYTES (4ULL << 30)
#define BUILDER_CPU_SECONDS 20
#define BUILDER_WALL_SECONDS 30

/* What is kept of tables from one capture to the next; those of a run's programs have some megabytes each. */
#define MAX_CACHE_BYTES (1ULL << 30)

/* Executable segments of one file; linkers write one or two. */
#define MAX_CODE_SEGMENTS 64

/* Of .eh_frame or .debug_frame, uncompressed; Chromium's has some 30 MB, and what is read of it needs ten times as much. */
#define MAX_FRAME_SECTION_BYTES (128UL << 20)

/* Common information entries; linkers merge those of .eh_frame to a dozen, .debug_frame has one for each unit. */
#define MAX_FRAME_CIES 100000UL

/* DW_CFA_remember_state within one function; compilers do not nest it, hand-written assembly twice. */
#define MAX_REMEMBERED_LINES 16

#define MAX_CPUS 1024

#endif
