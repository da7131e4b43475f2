/** Seeded random profiles, and a way to compare profiles whatever the order of their frames. */
import type { Frame, Profile, Sample } from '../../src/profile/model.js';

/** Mulberry32: uniform in [0, 1), the same numbers for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const names = [
  'lpFind',
  'main',
  'naïve→Straße',
  '函数',
  'std::vector<int, std::allocator<int> >::push_back',
  'a b"c<d>&',
];
const files = ['', '/build/src/a.c', '/build/src/ü.cc', 'node:fs', '/usr/lib/x.h'];
const mappings = ['', '/build/bin/server', '/lib/libc.so.6', '[kernel.kallsyms]'];

/** A profile of up to 40 frames and 60 samples; stacks of 0 to 200 frames, recursion included. */
export function randomProfile(seed: number): Profile {
  const random = randomNumbers(seed);
  const integer = (below: number) => Math.floor(random() * below);
  const pick = <T>(from: readonly T[]) => from[integer(from.length)] as T;
  const frames = Array.from({ length: 1 + integer(40) }, (_, index): Frame => {
    const name = `${pick(names)}${index}`;
    return {
      name,
      systemName: random() < 0.5 ? name : `_Z${name}`,
      file: pick(files),
      line: integer(5000),
      mapping: pick(mappings),
    };
  });
  const samples = Array.from({ length: integer(60) }, (): Sample => {
    const depth = random() < 0.1 ? 200 : integer(30);
    const labels: Record<string, string | number> = {};
    if (random() < 0.7) labels.thread = `worker ${integer(4)}`;
    if (random() < 0.7) labels.cpu = integer(8) - 4;
    return {
      stack: Array.from({ length: depth }, () => integer(frames.length)),
      count: integer(1000),
      nanoseconds: random() < 0.1 ? Number.MAX_SAFE_INTEGER - integer(1000) : integer(1e12),
      labels,
    };
  });
  return {
    frames,
    samples,
    startedAtNanoseconds: 1_700_000_000_000_000_000n + BigInt(integer(2 ** 31)),
    durationNanoseconds: integer(1e11),
    periodNanoseconds: integer(1e8),
  };
}

/** The profile with its frames written out in every stack. */
export function spelledOut(profile: Profile) {
  return {
    ...profile,
    frames: undefined,
    samples: profile.samples.map((sample) => ({
      ...sample,
      stack: sample.stack.map((index) => profile.frames[index]),
    })),
  };
}

export const seeds = Array.from({ length: 25 }, (_, index) => index + 1);
