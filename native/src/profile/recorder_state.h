/* SPDX-License-Identifier: Apache-2.0 */
/* The recorder's insides, shared by what takes samples, what names and counts them, and what writes them. */
#ifndef PROFBOUND_RECORDER_STATE_H
#define PROFBOUND_RECORDER_STATE_H

#include "profile/causes.h"
#include "support/bounds.h"
#include "processes/processes.h"
#include "profile/recorder.h"
#include "symbols/resolver.h"
#include "profile/stacks.h"

/* Locations whose numbers are at hand, in a place that their addresses say: a power of two of them. */
#define RECENT_LOCATIONS 2048

struct recent_location {
	struct location location;
	/* 1 + its number; 0: none. */
	uint32_t number;
};

struct recorder {
	struct objects objects;
	struct processes processes;
	struct interner threads;
	/* Distinct struct location; stacks are made of their numbers. The first are the markers, by enum marker. */
	struct interner locations;
	struct recent_location recent[RECENT_LOCATIONS];
	/* Those that have a moment. */
	uint32_t timed_locations;
	struct naming_account naming;
	struct stacks stacks;
	/* Stacks of threads that wait, and what their states are called. */
	struct stacks waits;
	struct interner states;
	/* Scratch: the frames of the sample at hand. */
	uint32_t *frames;
	uint32_t frames_capacity;
	/* For each CPU, its NUMA node. */
	uint16_t nodes[MAX_CPUS];
	uint64_t cpu_samples[MAX_CPUS];
	uint64_t cpu_weights[MAX_CPUS];
	/* Filled by recorder_resolve(). */
	bool is_resolved;
	struct resolver resolver;
	struct frame *named; /* for each of `locations` */
	struct cpu_count cpus[MAX_CPUS];
	uint32_t cpu_count;
};

#endif
