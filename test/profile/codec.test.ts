import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import * as pprof from 'pprof-format';
import { decodeProfile, encodeProfile } from '../../src/profile/codec.js';
import type { Frame, Profile } from '../../src/profile/model.js';
import { message, oneFunction } from './message.js';
import { randomNumbers, randomProfile, seeds, spelledOut } from './random-profile.js';

describe('round trip', () => {
  test.each(seeds)('profile %i comes back as it was', (seed) => {
    const profile = randomProfile(seed);
    expect(decodeProfile(encodeProfile(profile))).toEqual(profile);
  });

  test('the same profile gives the same bytes', () => {
    expect(encodeProfile(randomProfile(7))).toEqual(encodeProfile(randomProfile(7)));
  });

  test('raw and gzipped bytes give the same profile', () => {
    const packed = encodeProfile(randomProfile(3));
    expect(decodeProfile(gunzipSync(packed))).toEqual(decodeProfile(packed));
  });

  test.each([0n, 1n, 2n ** 53n + 1n, 1_763_930_000_123_456_789n, 2n ** 63n - 1n, -1n])(
    'the start time %s is exact',
    (startedAtNanoseconds) => {
      const profile = { ...randomProfile(1), startedAtNanoseconds };
      expect(decodeProfile(encodeProfile(profile)).startedAtNanoseconds).toBe(startedAtNanoseconds);
    },
  );

  test('labels named like object internals stay plain labels', () => {
    const labels = Object.fromEntries([
      ['__proto__', 'a'],
      ['constructor', 7],
    ]);
    const profile: Profile = { ...empty(), samples: [{ stack: [], count: 1, nanoseconds: 1, labels }] };
    const [sample] = decodeProfile(encodeProfile(profile)).samples;
    expect(Object.entries(sample?.labels ?? {})).toEqual(Object.entries(labels));
  });

  test('times are rounded to whole nanoseconds', () => {
    const profile: Profile = { ...empty(), samples: [{ stack: [], count: 1, nanoseconds: 1.6, labels: {} }] };
    expect(decodeProfile(encodeProfile(profile)).samples[0]?.nanoseconds).toBe(2);
  });
});

describe('against pprof-format', () => {
  test.each(seeds)('it reads profile %i as we wrote it', (seed) => {
    const profile = randomProfile(seed);
    const theirs = pprof.Profile.decode(gunzipSync(encodeProfile(profile)));
    const text = (index: number | bigint) => theirs.stringTable.strings[Number(index)] ?? 'no such string';
    const byId = <T extends { id: number | bigint }>(rows: T[]) => new Map(rows.map((row) => [row.id, row]));
    const mappings = byId(theirs.mapping);
    const functions = byId(theirs.function);
    const locations = byId(theirs.location);
    const frame = (id: number | bigint): Frame => {
      const location = locations.get(id);
      const known = functions.get(location?.line[0]?.functionId ?? 0);
      const mapping = mappings.get(location?.mappingId ?? 0);
      return {
        name: text(known?.name ?? -1),
        systemName: text(known?.systemName ?? -1),
        file: text(known?.filename ?? -1),
        line: Number(known?.startLine),
        mapping: mapping ? text(mapping.filename) : '',
      };
    };
    expect(theirs.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`)).toEqual([
      'samples/count',
      'cpu/nanoseconds',
    ]);
    expect(text(theirs.periodType?.type ?? -1)).toBe('cpu');
    expect({
      samples: theirs.sample.map(({ locationId, value, label }) => ({
        stack: locationId.map(frame),
        count: Number(value[0]),
        nanoseconds: Number(value[1]),
        labels: Object.fromEntries(
          label.map(({ key, str, num }) => [
            text(key),
            str ? text(str) : Number(BigInt.asIntN(64, BigInt(num))),
          ]),
        ),
      })),
      startedAtNanoseconds: BigInt(theirs.timeNanos),
      durationNanoseconds: Number(theirs.durationNanos),
      periodNanoseconds: Number(theirs.period),
    }).toEqual(spelledOut(profile));
  });

  test.each(seeds)('we read profile %i as it wrote it, functions inlined and ids large', (seed) => {
    const profile = randomProfile(seed);
    expect(spelledOut(decodeProfile(writtenWithInlining(profile, seed)))).toEqual(spelledOut(profile));
  });
});

/** Writes a profile with pprof-format: neighbouring frames of one mapping share a location, ids are scattered. */
function writtenWithInlining(profile: Profile, seed: number): Uint8Array {
  const random = randomNumbers(seed);
  const strings = new pprof.StringTable();
  const text = (value: string) => strings.dedup(value);
  const id = (index: number) => (index % 3 === 0 ? 2n ** 63n + BigInt(index) : BigInt(index + 1));
  const mappings = [...new Set(profile.frames.map(({ mapping }) => mapping))].filter((file) => file !== '');
  const mappingId = (frame: Frame) => (frame.mapping === '' ? 0 : id(mappings.indexOf(frame.mapping)));
  const location: pprof.Location[] = [];
  const frameOf = (index: number) => profile.frames[index] as Frame;

  const sample = profile.samples.map(({ stack, count, nanoseconds, labels }) => {
    const locationId: bigint[] = [];
    for (let at = 0; at < stack.length; ) {
      const start = at++;
      const mapping = mappingId(frameOf(stack[start] ?? -1));
      while (at < stack.length && mappingId(frameOf(stack[at] ?? -1)) === mapping && random() < 0.4) at++;
      locationId.push(id(location.length));
      location.push(
        new pprof.Location({
          id: id(location.length),
          mappingId: mapping,
          line: stack.slice(start, at).map((frame) => new pprof.Line({ functionId: id(frame), line: 3 })),
        }),
      );
    }
    return new pprof.Sample({
      locationId,
      // Time first: values are found by name, not by place.
      value: [nanoseconds, count],
      label: Object.entries(labels).map(
        ([key, value]) =>
          new pprof.Label(
            typeof value === 'string'
              ? { key: text(key), str: text(value) }
              : { key: text(key), num: BigInt.asUintN(64, BigInt(value)) },
          ),
      ),
    });
  });
  return new pprof.Profile({
    sampleType: [
      new pprof.ValueType({ type: text('cpu'), unit: text('nanoseconds') }),
      new pprof.ValueType({ type: text('samples'), unit: text('count') }),
    ],
    sample,
    location,
    mapping: mappings.map((file, index) => new pprof.Mapping({ id: id(index), filename: text(file) })),
    function: profile.frames.map(
      (frame, index) =>
        new pprof.Function({
          id: id(index),
          name: text(frame.name),
          systemName: text(frame.systemName),
          filename: text(frame.file),
          startLine: frame.line,
        }),
    ),
    timeNanos: profile.startedAtNanoseconds,
    durationNanos: profile.durationNanoseconds,
    periodType: new pprof.ValueType({ type: text('cpu'), unit: text('nanoseconds') }),
    period: profile.periodNanoseconds,
    stringTable: strings,
  }).encode();
}

describe('values are found by name', () => {
  const cost = (bytes: Uint8Array) => {
    const [sample] = decodeProfile(bytes).samples;
    return { count: sample?.count, nanoseconds: sample?.nanoseconds };
  };
  const period = { type: 'cpu/nanoseconds', value: 10 };

  test.each<[string, Uint8Array, { count: number; nanoseconds: number }]>([
    [
      'either order',
      oneFunction(['cpu/nanoseconds', 'samples/count'], [[50, 5]]),
      { count: 5, nanoseconds: 50 },
    ],
    [
      'another unit of time',
      oneFunction(['samples/count', 'cpu/microseconds'], [[5, 50]]),
      { count: 5, nanoseconds: 50_000 },
    ],
    [
      'cpu before wall',
      oneFunction(['cpu/nanoseconds', 'wall/nanoseconds', 'samples/count'], [[1, 2, 3]]),
      { count: 3, nanoseconds: 1 },
    ],
    [
      'only cpu, period known',
      oneFunction(['cpu/nanoseconds'], [[54]], { period }),
      { count: 5, nanoseconds: 54 },
    ],
    ['only cpu, period unknown', oneFunction(['cpu/nanoseconds'], [[54]]), { count: 1, nanoseconds: 54 }],
    [
      'only samples, period known',
      oneFunction(['samples/count'], [[5]], { period }),
      { count: 5, nanoseconds: 50 },
    ],
    ['only samples, period unknown', oneFunction(['samples/count'], [[5]]), { count: 5, nanoseconds: 5 }],
    [
      'blocked time',
      oneFunction(['offcpu/nanoseconds', 'events/count'], [[70, 2]]),
      { count: 2, nanoseconds: 70 },
    ],
    [
      "a heap's default type, with its own count",
      oneFunction(
        ['alloc_objects/count', 'alloc_space/bytes', 'inuse_objects/count', 'inuse_space/bytes'],
        [[4, 400, 1, 100]],
        { defaultType: 'alloc_space' },
      ),
      { count: 4, nanoseconds: 400 },
    ],
    [
      'a heap without a default type: its last',
      oneFunction(
        ['alloc_objects/count', 'alloc_space/bytes', 'inuse_objects/count', 'inuse_space/bytes'],
        [[4, 400, 1, 100]],
      ),
      { count: 1, nanoseconds: 100 },
    ],
  ])('%s', (_, bytes, expected) => {
    expect(cost(bytes)).toEqual(expected);
  });

  test('a period that is no time is unknown', () => {
    const bytes = oneFunction(['samples/count'], [[5]], { period: { type: 'cycles/count', value: 1000 } });
    expect(decodeProfile(bytes).periodNanoseconds).toBe(0);
  });
});

describe('frames', () => {
  test('a location without lines is an unknown function of its mapping', () => {
    const profile = decodeProfile(
      message({
        mappings: [{ id: 1, file: '/usr/lib/libc.so.6' }],
        locations: [{ id: 1, mapping: 1 }, { id: 2 }, { id: 3, mapping: 1 }],
        samples: [{ locations: [1, 2, 3], values: [1, 1] }],
      }),
    );
    expect(profile.frames.map(({ name }) => name)).toEqual(['[unknown] (libc.so.6)', '[unknown]']);
    expect(profile.samples[0]?.stack).toEqual([0, 1, 0]);
  });

  test('a name that is an address, or empty, is unknown', () => {
    const profile = decodeProfile(
      message({
        mappings: [{ id: 9, file: '/opt/app' }],
        functions: [
          { id: 1, name: '0x7f00deadbeef' },
          { id: 2, name: '' },
          { id: 3, name: '', systemName: '_Zreal' },
        ],
        locations: [{ id: 1, mapping: 9, lines: [1, 2, 3, 0] }],
      }),
    );
    expect(profile.frames.map(({ name }) => name)).toEqual([
      '[unknown] (app)',
      '[unknown] (app)',
      '_Zreal',
      '[unknown] (app)',
    ]);
  });

  test('inlined functions come innermost first; the line is that of the definition', () => {
    const { frames, samples } = decodeProfile(
      message({
        functions: [
          { id: 10, name: 'outer', startLine: 40 },
          { id: 20, name: 'inlined', startLine: 7 },
        ],
        locations: [
          { id: 1, lines: [20, 10] },
          { id: 2, lines: [10] },
        ],
        samples: [{ locations: [1, 2], values: [1, 1] }],
      }),
    );
    expect(samples[0]?.stack.map((index) => `${frames[index]?.name}:${frames[index]?.line}`)).toEqual([
      'inlined:7',
      'outer:40',
      'outer:40',
    ]);
  });

  test('of our own collector only the function that has the code, whatever was inlined into it', () => {
    const { frames, samples } = decodeProfile(
      message({
        comment: 'profbound-collect',
        functions: [
          { id: 10, name: 'outer', startLine: 40 },
          { id: 20, name: 'inlined', startLine: 7 },
        ],
        locations: [
          { id: 1, lines: [20, 10] },
          { id: 2, lines: [10] },
          { id: 3, lines: [] },
        ],
        samples: [{ locations: [1, 2, 3], values: [1, 1] }],
      }),
    );
    expect(samples[0]?.stack.map((index) => frames[index]?.name)).toEqual(['outer', 'outer', '[unknown]']);
  });

  test('of code that a runtime generated what is inlined has its name: the runtime decides it anew at every start', () => {
    const { frames, samples, inlined } = decodeProfile(
      message({
        comment: 'profbound-collect',
        mappings: [{ id: 5, file: '[perf map]' }],
        functions: [
          { id: 10, name: 'outer', startLine: 40 },
          { id: 20, name: 'inlined', startLine: 7 },
        ],
        locations: [{ id: 1, mapping: 5, lines: [20, 10] }],
        samples: [{ locations: [1], values: [1, 1] }],
      }),
    );
    expect(samples[0]?.stack.map((index) => frames[index]?.name)).toEqual(['inlined', 'outer']);
    expect(inlined).toBeUndefined();
  });

  test('labels hold text or numbers, negative ones too', () => {
    const strings = new pprof.StringTable();
    const label = (name: string) => ({ key: strings.dedup(name) });
    const bytes = message(
      {
        samples: [
          {
            values: [1, 1],
            labels: [
              { ...label('thread'), str: strings.dedup('main') },
              { ...label('cpu'), num: 3 },
              { ...label('nice'), num: BigInt.asUintN(64, -5n) },
              { ...label('zero'), num: 0 },
            ],
          },
        ],
      },
      strings,
    );
    expect(decodeProfile(bytes).samples[0]?.labels).toEqual({ thread: 'main', cpu: 3, nice: -5, zero: 0 });
  });

  test('fields that a later version adds are skipped', () => {
    const added = Buffer.from([...[0xfa, 0x06, 3, 1, 2, 3], ...[0x80, 0x07, 42]]);
    const bytes = Buffer.concat([oneFunction(['cpu/nanoseconds'], [[5]]), added]);
    expect(decodeProfile(gzipSync(bytes)).samples[0]?.nanoseconds).toBe(5);
  });
});

function empty(): Profile {
  return { frames: [], samples: [], startedAtNanoseconds: 0n, durationNanoseconds: 0, periodNanoseconds: 0 };
}
