/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Each CPU's own way to the collector for its samples. */
#ifndef PROFBOUND_SAMPLE_RING_BPF_H
#define PROFBOUND_SAMPLE_RING_BPF_H

/* By CPU. The collector sets the number. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sample_ring);
} sample_rings SEC(".maps");

/* Bytes that a ring may hold: a power of two, SAMPLE_RING_BYTES at most. */
const volatile __u32 sample_ring_bytes = SAMPLE_RING_BYTES;

#define PIECE_WORDS (SAMPLE_PIECE_BYTES / 8)
#define PIECES ((sizeof(struct stack_record) + SAMPLE_PIECE_BYTES - 1) / SAMPLE_PIECE_BYTES)

/* Copies the walk's record, of so many bytes, behind the word at `offset`, and less than a piece more. */
__noinline int copy_record(struct sample_ring *ring, const struct unwind_walk *walk, __u32 offset, __u32 bytes)
{
	const __u64 *from;
	__u64 *to;

	if (!ring || !walk || offset >= SAMPLE_RING_BYTES)
		return 0;
	to = &ring->records[offset / 8 + 1];
	from = (const __u64 *)&walk->record;
	for (__u32 i = 0; i < PIECES && i * SAMPLE_PIECE_BYTES < bytes; i++)
		__builtin_memcpy(to + i * PIECE_WORDS, from + i * PIECE_WORDS, SAMPLE_PIECE_BYTES);
	return 0;
}

/* Puts the walk's record, of so many bytes, a multiple of 8, into the ring of this CPU; false when there is no room. */
static __always_inline bool put_sample(const struct unwind_walk *walk, __u64 bytes)
{
	__u32 cpu = bpf_get_smp_processor_id(), offset;
	struct sample_ring *ring = bpf_map_lookup_elem(&sample_rings, &cpu);
	__u64 written;

	if (!ring)
		return false;
	written = ring->written;
	/* What is copied too much must not be over the oldest record. */
	if (written + 8 + bytes + SAMPLE_PIECE_BYTES - *(volatile __u64 *)&ring->taken > sample_ring_bytes)
		return false;
	offset = written & (sample_ring_bytes - 1) & (SAMPLE_RING_BYTES - 8);
	ring->records[offset / 8] = bytes;
	copy_record(ring, walk, offset, bytes);
	/* x86 keeps the order of writes, and the compiler must. */
	barrier();
	*(volatile __u64 *)&ring->written = written + 8 + bytes;
	return true;
}

#endif
