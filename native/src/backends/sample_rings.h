/* SPDX-License-Identifier: Apache-2.0 */
/* The collector's end of the rings that the BPF programs put samples into, one a CPU. */
#ifndef PROFBOUND_SAMPLE_RINGS_H
#define PROFBOUND_SAMPLE_RINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sample_ring;

struct sample_rings {
	struct sample_ring *rings;
	size_t count;
	/* Bytes that each may hold, a power of two. */
	uint32_t bytes;
};

/* Maps the `count` rings of the map `fd`; false with errno where that cannot be. */
bool sample_rings_open(struct sample_rings *rings, int fd, size_t count, uint32_t bytes);

/* Hands over every record that is there, CPU by CPU, and makes room. Records begin at multiples of 8. */
void sample_rings_take(struct sample_rings *rings, void (*take)(const void *record, size_t size));

void sample_rings_close(struct sample_rings *rings);

#endif
