/** pprof files of other profilers, kept as they are and read like the collector's. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { decodeProfile } from '../../../src/profile/codec.js';
import { adoptPprof } from '../../../src/profile/foreign/pprof.js';
import { readMessage } from '../../../src/profile/wire.js';
import { temporaryFolder } from '../../workload/support.js';
import { type MessageParts, message, oneFunction } from '../message.js';
import { stacks } from './texts.js';

const period = { type: 'cpu/nanoseconds', value: 1e7 };
/** `leaf` is inlined into `middle`, which `main` calls. */
const inlined = (names: readonly string[], count: number, more: MessageParts = {}): Uint8Array =>
  gzipSync(
    message({
      period,
      mappings: [{ id: 9, file: '/srv/app' }],
      functions: names.map((name, index) => ({
        id: index + 1,
        name,
        file: `/src/${name}.go`,
        startLine: 10,
      })),
      locations: [
        { id: 4, mapping: 9, lines: [1, 2] },
        { id: 5, mapping: 9, lines: [3] },
      ],
      samples: [{ locations: [4, 5], values: [count, count * 1e7] }],
      ...more,
    }),
  );

describe('a pprof file', () => {
  test('keeps addresses, lines and mappings, and its inlined functions belong to what they are in', () => {
    const bytes = inlined(['leaf', 'middle', 'main'], 3);
    const adopted = adoptPprof([bytes]);
    expect(adopted).toMatchObject({ samples: 3, nanoseconds: 3e7, periodNanoseconds: 1e7 });
    const profile = decodeProfile(adopted.bytes);
    expect(stacks(profile)).toEqual({ 'main;middle': [3, 3e7] });
    expect([...(profile.inlined?.values() ?? [])].flat().map(({ name }) => name)).toEqual(['leaf']);
    // As it came, it is read as its tool means it.
    expect(stacks(decodeProfile(bytes))).toEqual({ 'main;middle;leaf': [3, 3e7] });
    const { location, mapping } = readMessage(bytes);
    expect(readMessage(adopted.bytes)).toMatchObject({ location, mapping });
  });

  test('of several runs is one, whatever ids and texts they have', () => {
    const adopted = adoptPprof([
      inlined(['leaf', 'middle', 'main'], 3),
      inlined(['other', 'middle', 'main'], 2),
      inlined(['leaf', 'middle', 'main'], 4, { durationNanos: 5 }),
    ]);
    expect(adopted).toMatchObject({ samples: 9, nanoseconds: 9e7, periodNanoseconds: 1e7 });
    const profile = decodeProfile(adopted.bytes);
    expect(profile.samples.map(({ count }) => count)).toEqual([3, 2, 4]);
    expect(profile.durationNanoseconds).toBe(5);
    const names = [...(profile.inlined?.values() ?? [])].flat().map(({ name }) => name);
    expect(names).toEqual(['leaf', 'other', 'leaf']);
    expect(profile.frames.map(({ name, mapping }) => `${name} ${mapping}`)).toEqual(
      Array(3).fill(['middle /srv/app', 'main /srv/app']).flat(),
    );
    // Addresses and call sites are still there for whoever reads them.
    const file = join(temporaryFolder(), 'p.pb.gz');
    writeFileSync(file, adopted.bytes);
    const listed = spawnSync('go', ['tool', 'pprof', '-raw', '-symbolize=none', file], { encoding: 'utf8' });
    expect(listed.stderr).toBe('');
    expect(listed.stdout).toMatch(/other \/src\/other\.go:1:0 s=10\n +middle/);
  });

  test.each<[string, Uint8Array[], RegExp]>([
    [
      'of memory',
      [
        oneFunction(['alloc_objects/count', 'alloc_space/bytes'], [[1, 2]], {
          period: { type: 'space/bytes', value: 5 },
        }),
      ],
      /^it measures alloc_objects\/count, alloc_space\/bytes, not CPU time: take a profile with cpu\/nanoseconds$/,
    ],
    [
      'of waiting',
      [
        oneFunction(['contentions/count', 'delay/nanoseconds'], [[1, 2]], {
          period: { type: 'contentions/count', value: 1 },
        }),
      ],
      /^it measures contentions\/count, delay\/nanoseconds, not CPU time/,
    ],
    [
      'of wall time',
      [
        oneFunction(['samples/count', 'wall/nanoseconds'], [[1, 2]], {
          period: { type: 'wall/nanoseconds', value: 5 },
        }),
      ],
      /^it measures samples\/count, wall\/nanoseconds, not CPU time/,
    ],
    [
      'without an interval',
      [oneFunction(['samples/count'], [[1]])],
      /^it measures samples\/count, not CPU time/,
    ],
    [
      'of different things in one capture',
      [inlined(['a', 'b', 'c'], 1), oneFunction(['cpu/nanoseconds'], [[1]])],
      /^the profiles of one capture measure different values$/,
    ],
    ['that is broken', [inlined(['a', 'b', 'c'], 1).subarray(0, 60)], /^the gzip data is broken: /],
    [
      'that unpacks to gigabytes',
      [gzipSync(Buffer.alloc(300 * 1024 * 1024))],
      /^the profile unpacks to more than 256 MB$/,
    ],
  ])('%s is refused', (_, files, expected) => {
    expect(() => adoptPprof(files)).toThrow(expected);
  });

  test('of samples alone counts by its period', () => {
    const bytes = oneFunction(['samples/count'], [[7]], { period });
    expect(adoptPprof([bytes])).toMatchObject({ samples: 7, nanoseconds: 7e7 });
  });
});
