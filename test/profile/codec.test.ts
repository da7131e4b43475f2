import { describe, expect, test } from '@jest/globals';
import { decodeProfile, encodeProfile } from '../../src/profile/codec.js';
import { functionTable } from '../../src/profile/functions.js';
import type { Profile } from '../../src/profile/model.js';

const profile: Profile = {
  frames: [
    {
      name: 'lpFind',
      systemName: 'lpFind',
      file: '/b/src/listpack.c',
      line: 120,
      mapping: '/b/redis-server',
    },
    { name: 'main', systemName: 'main', file: '/b/src/server.c', line: 7000, mapping: '/b/redis-server' },
    {
      name: '[unknown] (libc.so.6)',
      systemName: '[unknown] (libc.so.6)',
      file: '',
      line: 0,
      mapping: '/lib/libc.so.6',
    },
  ],
  samples: [
    { stack: [0, 1], count: 3, nanoseconds: 3_030_303, labels: { thread: 'redis-server', cpu: 1 } },
    { stack: [2, 1], count: 1, nanoseconds: 1_010_101, labels: {} },
  ],
  startedAtNanoseconds: 1_763_930_000_123_456_789n,
  durationNanoseconds: 5_000_000_000,
  periodNanoseconds: 1_010_101,
};

describe('round trip', () => {
  test('gives the same profile, times exact', () => {
    expect(decodeProfile(encodeProfile(profile))).toEqual(profile);
  });
  test('table', () => {
    const t = functionTable(profile, '/b');
    expect([...t.functions.values()]).toEqual([
      {
        key: 'lpFind (src/listpack.c)',
        name: 'lpFind',
        file: 'src/listpack.c',
        line: 120,
        resolved: true,
        count: 3,
        nanoseconds: 3_030_303,
      },
      {
        key: '[unknown] (libc.so.6)',
        name: '[unknown] (libc.so.6)',
        file: null,
        line: null,
        resolved: false,
        count: 1,
        nanoseconds: 1_010_101,
      },
    ]);
  });
});
