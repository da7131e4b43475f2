import { describe, expect, test } from '@jest/globals';
import { decodeProfile } from '../../src/profile/codec.js';
import type { Frame, Profile } from '../../src/profile/model.js';
import { surroundingsOf } from '../../src/profile/surroundings.js';
import { message } from './message.js';

const frame = (name: string, line: number): Frame => ({
  name,
  systemName: name,
  file: `/src/${name}.c`,
  line,
  mapping: '/src/api',
});

const names = ['leaf', 'near', 'far', '[truncated]'];
const profile: Profile = {
  frames: names.map((name, index) => frame(name, index)),
  samples: [
    { stack: [0, 1, 2], count: 1, nanoseconds: 10, labels: {} },
    // Recursion, and an end that is no function.
    { stack: [0, 2, 0, 1, 2, 3], count: 1, nanoseconds: 5, labels: {} },
    { stack: [1, 2], count: 1, nanoseconds: 100, labels: {} },
  ],
  startedAtNanoseconds: 0n,
  durationNanoseconds: 1,
  periodNanoseconds: 1,
};

describe('callers', () => {
  test('each once a stack, at its nearest', () => {
    const found = surroundingsOf(profile, '/src', new Set(['leaf (leaf.c)', 'gone']));
    expect([...found.keys()]).toEqual(['leaf (leaf.c)']);
    const { nanoseconds, callers } = found.get('leaf (leaf.c)') ?? { callers: new Map() };
    expect(nanoseconds).toBe(15);
    expect([...callers.values()]).toEqual([
      { key: 'near (near.c)', name: 'near', file: 'near.c', line: 1, distance: 1, nanoseconds: 15 },
      { key: 'far (far.c)', name: 'far', file: 'far.c', line: 2, distance: 1, nanoseconds: 15 },
    ]);
  });
});

test('what was inlined into it, from our own profiles', () => {
  const bytes = message({
    comment: 'profbound-collect',
    functions: [
      { id: 1, name: 'leaf', file: '/src/leaf.c', startLine: 4 },
      { id: 2, name: 'step', file: '/src/step.h', startLine: 7 },
      { id: 3, name: 'other', file: '/src/other.c', startLine: 9 },
    ],
    locations: [
      { id: 1, lines: [2, 1] },
      { id: 2, lines: [2, 1] },
      { id: 3, lines: [2, 3] },
    ],
    samples: [
      { locations: [1, 3], values: [1, 1] },
      { locations: [2, 3], values: [1, 1] },
    ],
  });
  const found = surroundingsOf(decodeProfile(bytes), '/src', new Set(['leaf (leaf.c)']));
  const { inlined, callers } = found.get('leaf (leaf.c)') ?? {};
  expect([...(inlined?.values() ?? [])]).toEqual([
    { key: 'step (step.h)', name: 'step', file: 'step.h', line: 7 },
  ]);
  expect([...(callers?.keys() ?? [])]).toEqual(['other (other.c)']);
});
