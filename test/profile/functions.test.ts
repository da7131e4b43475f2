import { describe, expect, test } from '@jest/globals';
import { functionTable } from '../../src/profile/functions.js';
import type { Frame, Profile } from '../../src/profile/model.js';
import { identify } from '../../src/profile/names.js';
import { randomProfile, seeds } from './random-profile.js';

const frame = (name: string, line: number, rest: Partial<Frame> = {}): Frame => ({
  name,
  systemName: name,
  file: '/r/src/a.c',
  line,
  mapping: '/r/app',
  ...rest,
});

const profile: Profile = {
  frames: [
    frame('find', 0),
    frame('find.cold', 12),
    frame('find.part.0', 30),
    frame('main', 50),
    frame('[unknown] (libc.so.6)', 0, { file: '', mapping: '/lib/libc.so.6' }),
    frame('[truncated]', 0, { file: '', mapping: '' }),
  ],
  samples: [
    { stack: [0, 3], count: 1, nanoseconds: 10, labels: { thread: 'a' } },
    { stack: [0, 3], count: 2, nanoseconds: 20, labels: { thread: 'b' } },
    { stack: [1, 0, 3], count: 4, nanoseconds: 40, labels: {} },
    { stack: [2, 3, 3], count: 8, nanoseconds: 80, labels: {} },
    { stack: [4, 3], count: 16, nanoseconds: 160, labels: {} },
    { stack: [5], count: 32, nanoseconds: 320, labels: {} },
    { stack: [], count: 64, nanoseconds: 640, labels: {} },
  ],
  startedAtNanoseconds: 0n,
  durationNanoseconds: 0,
  periodNanoseconds: 0,
};

describe('functionTable', () => {
  test('adds up self cost by function, parts and copies together, in the order of the frames', () => {
    expect([...functionTable(profile, '/r').functions.values()]).toEqual([
      {
        key: 'find (src/a.c)',
        name: 'find',
        file: 'src/a.c',
        line: 12,
        resolved: true,
        count: 15,
        nanoseconds: 150,
      },
      pseudo('[unknown] (libc.so.6)', 16, 160),
      pseudo('[truncated]', 32, 320),
      pseudo('[no stack]', 64, 640),
    ]);
  });

  test('totals cover every sample', () => {
    expect(functionTable(profile, '/r')).toMatchObject({ count: 127, nanoseconds: 1270 });
  });

  test('an empty profile has an empty table', () => {
    const table = functionTable({ ...profile, samples: [] }, '/r');
    expect(table).toEqual({ functions: new Map(), count: 0, nanoseconds: 0, breaks: [] });
  });

  test.each(seeds)('agrees with adding up sample by sample (profile %i)', (seed) => {
    const random = randomProfile(seed);
    const table = functionTable(random, '/build');
    const expected = new Map<string, { count: number; nanoseconds: bigint }>();
    for (const { stack, count, nanoseconds } of random.samples) {
      const leaf = random.frames[stack[0] ?? -1];
      const key = leaf ? identify(leaf, '/build').key : '[no stack]';
      const sum = expected.get(key) ?? { count: 0, nanoseconds: 0n };
      expected.set(key, { count: sum.count + count, nanoseconds: sum.nanoseconds + BigInt(nanoseconds) });
    }
    expect(new Set(table.functions.keys())).toEqual(new Set(expected.keys()));
    for (const [key, { count, nanoseconds }] of expected) {
      expect(table.functions.get(key)?.count).toBe(count);
      const measured = table.functions.get(key)?.nanoseconds ?? 0;
      expect(Math.abs(measured - Number(nanoseconds))).toBeLessThanOrEqual(1e-12 * Number(nanoseconds));
    }
  });
});

function pseudo(name: string, count: number, nanoseconds: number) {
  return { key: name, name, file: null, line: null, resolved: false, count, nanoseconds };
}
