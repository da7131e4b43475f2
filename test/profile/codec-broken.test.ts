import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { decodeProfile, encodeProfile } from '../../src/profile/codec.js';
import type { Profile } from '../../src/profile/model.js';
import { message, oneFunction } from './message.js';
import { randomNumbers, randomProfile } from './random-profile.js';

const good = encodeProfile(randomProfile(11));

describe('what is no profile is refused in one sentence', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /^not a pprof profile: the file is empty$/],
    ['text', Buffer.from('{"schema":"profbound/bundle@1"}'), /^not a pprof profile: /],
    ['gzipped text', gzipSync('hello, world'), /^not a pprof profile: /],
    [
      'truncated gzip',
      good.subarray(0, good.length / 2),
      /^the gzip data is broken: unexpected end of file$/,
    ],
    [
      'gzip with a wrong checksum',
      withByte(good, good.length - 6),
      /^the gzip data is broken: incorrect data check$/,
    ],
    [
      'a message that says it has 4 GB',
      Buffer.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x08, 1]),
      /^not a pprof profile: invalid length encoding$/,
    ],
    [
      'a string that says it has 16 EB',
      Buffer.from([0x32, ...Array<number>(9).fill(0xff), 1, 0x61]),
      /^not a pprof profile: /,
    ],
    ['a gzip header alone', good.subarray(0, 2), /^the gzip data is broken: /],
    [
      'a string table without the empty string',
      Buffer.from([0x32, 1, 0x61]),
      /string table does not start with ''/,
    ],
    ['no sample types', Buffer.from([0x32, 0]), /^not a pprof profile: it has no sample types$/],
  ])('%s', (_, bytes, expected) => {
    expect(failure(() => decodeProfile(bytes))).toMatch(expected);
  });
});

describe('references are checked', () => {
  test.each<[string, Uint8Array, string]>([
    [
      'a missing location',
      message({ samples: [{ locations: [5], values: [1, 1] }] }),
      'sample 0 refers to location 5, which does not exist',
    ],
    [
      'a missing function',
      message({ locations: [{ id: 1, lines: [6] }] }),
      'location 1 refers to function 6, which does not exist',
    ],
    [
      'a missing mapping',
      message({ locations: [{ id: 1, mapping: 7 }] }),
      'location 1 refers to mapping 7, which does not exist',
    ],
    ['a location without id', message({ locations: [{ id: 0 }] }), 'a location has no id'],
    [
      'two locations of one id',
      message({ locations: [{ id: 2n ** 60n }, { id: 2n ** 60n }] }),
      'two locations have the id 1152921504606846976',
    ],
    [
      'two functions of one id',
      message({
        functions: [
          { id: 3, name: 'a' },
          { id: 3, name: 'b' },
        ],
      }),
      'two functions have the id 3',
    ],
    [
      'too few values',
      oneFunction(['samples/count', 'cpu/nanoseconds'], [[1]]),
      'sample 0 has 1 values for 2 sample types',
    ],
    [
      'a negative value',
      message({ samples: [{ values: [1, 2n ** 64n - 5n] }] }),
      'sample 0 has the value -5; expected 0 to 2^53 (differences are not read)',
    ],
    [
      'a value beyond 2^53',
      message({ samples: [{ values: [1, 2n ** 54n] }] }),
      'sample 0 has the value 18014398509481984; expected 0 to 2^53 (differences are not read)',
    ],
    [
      'a string that does not exist',
      message({ samples: [{ values: [1, 1], labels: [{ key: 99, str: 1 }] }] }),
      'string 99 does not exist: the table has 5',
    ],
    [
      'a string before the table',
      message({ samples: [{ values: [1, 1], labels: [{ key: 2n ** 64n - 1n, str: 1 }] }] }),
      'string -1 does not exist: the table has 5',
    ],
  ])('%s', (_, bytes, expected) => {
    expect(failure(() => decodeProfile(bytes))).toBe(expected);
  });

  test('neighbouring 64-bit ids are told apart', () => {
    const profile = decodeProfile(
      message({
        functions: [
          { id: 2n ** 63n, name: 'a' },
          { id: 2n ** 63n + 1n, name: 'b' },
        ],
        locations: [{ id: 2n ** 64n - 1n, lines: [2n ** 63n + 1n, 2n ** 63n] }],
        samples: [{ locations: [2n ** 64n - 1n], values: [1, 1] }],
      }),
    );
    expect(profile.samples[0]?.stack.map((index) => profile.frames[index]?.name)).toEqual(['b', 'a']);
  });
});

describe('memory is bounded', () => {
  test('a bomb of zeros', () => {
    expect(failure(() => decodeProfile(gzipSync(Buffer.alloc(257 * 1024 * 1024), { level: 1 })))).toBe(
      'the profile unpacks to more than 256 MB',
    );
  });

  test('very many empty samples', () => {
    const bytes = Buffer.alloc(9_000_000, Buffer.from([0x12, 0]));
    expect(failure(() => decodeProfile(bytes))).toMatch(/more than 4000000 fields$/);
  });

  test('one stack of very many locations', () => {
    const ids = 33_000_000;
    const bytes = Buffer.concat([
      Buffer.from([0x12, ...varint(ids + 1 + varint(ids).length), 0x0a, ...varint(ids)]),
      Buffer.alloc(ids, 1),
    ]);
    expect(failure(() => decodeProfile(bytes))).toMatch(/more than 32000000 integers$/);
  });

  test('many stacks through one location of many inlined functions', () => {
    const bytes = message({
      functions: [{ id: 1, name: 'f' }],
      locations: [{ id: 1, lines: Array<number>(20_000).fill(1) }],
      samples: [{ locations: Array<number>(2_000).fill(1), values: [1, 1] }],
    });
    expect(failure(() => decodeProfile(bytes))).toBe('the samples have more than 32000000 frames together');
  });
});

test('damaged bytes give a profile or an Error, and end', () => {
  const random = randomNumbers(5);
  const bytes = message({
    mappings: [{ id: 1, file: '/bin/app' }],
    functions: [{ id: 1, name: 'f' }],
    locations: [{ id: 1, mapping: 1, lines: [1, 1] }],
    samples: [{ locations: [1, 1], values: [1, 10] }],
  });
  let refused = 0;
  for (let round = 0; round < 3000; round++) {
    const damaged = Uint8Array.from(bytes.subarray(0, 1 + Math.floor(random() * bytes.length)));
    for (let change = 0; change < 3; change++) {
      damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
    }
    try {
      decodeProfile(damaged).samples.forEach(({ stack }) => void expect(stack.length).toBeLessThan(1000));
    } catch (error) {
      refused++;
      // Our own words or a sentence with them in front; never a TypeError from somewhere inside.
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).name).toBe('Error');
    }
  }
  expect(refused).toBeGreaterThan(1000);
});

describe('what cannot be written is refused', () => {
  const frame = { name: 'f', systemName: 'f', file: '', line: 0, mapping: '' };
  const profile: Profile = {
    frames: [frame],
    samples: [{ stack: [0], count: 1, nanoseconds: 1, labels: {} }],
    startedAtNanoseconds: 0n,
    durationNanoseconds: 0,
    periodNanoseconds: 0,
  };
  const withSample = (sample: object) =>
    ({ ...profile, samples: [{ ...profile.samples[0], ...sample }] }) as Profile;

  test.each<[string, Profile, RegExp]>([
    ['a frame that does not exist', withSample({ stack: [0, 1] }), /^sample 0 refers to frame 1 of 1$/],
    ['no number', withSample({ nanoseconds: Number.NaN }), /^the time of sample 0 is NaN/],
    ['infinity', withSample({ count: Number.POSITIVE_INFINITY }), /^the count of sample 0 is Infinity/],
    ['a label beyond 2^53', withSample({ labels: { big: 1e300 } }), /^label big of sample 0 is 1e\+300/],
    ['a time beyond 64 bits', { ...profile, startedAtNanoseconds: 2n ** 63n }, /does not fit 64 bits$/],
  ])('%s', (_, broken, expected) => {
    expect(failure(() => encodeProfile(broken))).toMatch(expected);
  });
});

function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no failure';
}

function withByte(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
}

test.each(['constructor', '__proto__', 'toString'])(
  'a unit called %s is one like any other that is unknown',
  (unit) => {
    const { samples, periodNanoseconds } = decodeProfile(
      message({
        types: ['samples/count', `cpu/${unit}`],
        period: { type: `cpu/${unit}`, value: 5 },
        samples: [{ values: [2, 3] }],
      }),
    );
    expect(samples).toMatchObject([{ count: 2, nanoseconds: 3 }]);
    expect(periodNanoseconds).toBe(0);
  },
);
