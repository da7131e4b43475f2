import { describe, expect, test } from '@jest/globals';
import { decodeProfile, encodeProfile } from '../../src/profile/codec.js';
import { functionTable } from '../../src/profile/functions.js';
import { mergeProfiles } from '../../src/profile/merge.js';
import type { Profile } from '../../src/profile/model.js';
import { randomProfile, seeds } from './random-profile.js';

const frame = (name: string, file: string, line: number, mapping = '/b/bin/api') => ({
  name,
  systemName: name,
  file,
  line,
  mapping,
});
const one: Profile = {
  frames: [frame('parse.isra.0', '/b/src/parse.c', 12), frame('main', '/b/src/main.c', 3)],
  samples: [
    { stack: [0, 1], count: 3, nanoseconds: 300, labels: { thread: 'a' } },
    { stack: [0, 1], count: 1, nanoseconds: 100, labels: { thread: 'b' } },
    { stack: [1], count: 2, nanoseconds: 200, labels: {} },
  ],
  startedAtNanoseconds: 7n,
  durationNanoseconds: 1000,
  periodNanoseconds: 100,
};
/** The same program built elsewhere, its frames in another order. */
const other: Profile = {
  ...one,
  frames: [
    frame('main', '/c/src/main.c', 3, '/c/bin/api'),
    frame('parse', '/c/src/parse.c', 12, '/c/bin/api'),
  ],
  samples: [{ stack: [1, 0], count: 5, nanoseconds: 500, labels: {} }],
  startedAtNanoseconds: 9n,
};

describe('merged profiles', () => {
  test('add up stack by stack, by weight, with files below their own roots', () => {
    const merged = mergeProfiles([
      { profile: one, root: '/b', scale: 1 },
      { profile: other, root: '/c', scale: 2 },
    ]);
    expect(merged.frames).toEqual([
      frame('parse', 'src/parse.c', 12, 'bin/api'),
      frame('main', 'src/main.c', 3, 'bin/api'),
    ]);
    expect(merged.samples).toEqual([
      { stack: [0, 1], count: 14, nanoseconds: 1400, labels: {} },
      { stack: [1], count: 2, nanoseconds: 200, labels: {} },
    ]);
    expect(merged).toMatchObject({
      startedAtNanoseconds: 7n,
      durationNanoseconds: 2000,
      periodNanoseconds: 100,
    });
  });

  test.each(seeds.slice(0, 5))('cost every function what its parts cost it (seed %d)', (seed) => {
    const parts = [randomProfile(seed), randomProfile(seed + 1000)];
    const merged = mergeProfiles(parts.map((profile) => ({ profile, root: '', scale: 1 })));
    const cost = new Map<string, number>();
    for (const part of parts) {
      for (const { key, nanoseconds } of functionTable(part, '').functions.values()) {
        cost.set(key, (cost.get(key) ?? 0) + nanoseconds);
      }
    }
    const { functions } = functionTable(merged, '');
    expect([...functions.keys()].sort()).toEqual([...cost.keys()].sort());
    for (const [key, { nanoseconds }] of functions) {
      expect(Math.abs(nanoseconds - (cost.get(key) ?? 0))).toBeLessThanOrEqual(1e-9 * nanoseconds);
    }
  });

  test('of nothing are an empty profile', () => {
    expect(decodeProfile(encodeProfile(mergeProfiles([]))).samples).toEqual([]);
  });
});
