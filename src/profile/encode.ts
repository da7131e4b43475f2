/** Profile → pprof message, as `go tool pprof` reads it. */
import type { Profile, Sample } from './model.js';
import type { pprof } from './profile_pb.js';
import { fromBigInt } from './wire.js';

/** Gives every distinct string its index; '' is 0, as the format demands. */
export class StringTable {
  readonly strings: string[] = [''];
  private readonly indices = new Map([['', 0]]);

  index(text: string): number {
    const known = this.indices.get(text);
    if (known !== undefined) return known;
    this.indices.set(text, this.strings.length);
    return this.strings.push(text) - 1;
  }
}

/**
 * Values are `samples/count` and `cpu/nanoseconds`, rounded to integers. Each frame becomes one location with one
 * function: the model knows no addresses.
 * @throws Error when a stack refers to no frame or a number is none the format can hold
 */
export function toMessage(profile: Profile): pprof.Profile.$Properties {
  const table = new StringTable();
  const samplesType = { type: table.index('samples'), unit: table.index('count') };
  const cpuType = { type: table.index('cpu'), unit: table.index('nanoseconds') };
  const mappings = mappingRows(profile, table);

  return {
    sampleType: [samplesType, cpuType],
    sample: profile.samples.map((sample, number) => sampleRow(sample, number, profile.frames.length, table)),
    mapping: [...mappings.values()],
    location: profile.frames.map((frame, index) => ({
      id: index + 1,
      mappingId: mappings.get(frame.mapping)?.id ?? 0,
      line: [{ functionId: index + 1, line: frame.line }],
    })),
    function: profile.frames.map((frame, index) => ({
      id: index + 1,
      name: table.index(frame.name),
      systemName: table.index(frame.systemName),
      filename: table.index(frame.file),
      startLine: frame.line,
    })),
    stringTable: table.strings,
    timeNanos: fromBigInt(profile.startedAtNanoseconds),
    durationNanos: integer(profile.durationNanoseconds, 'the duration'),
    periodType: cpuType,
    period: integer(profile.periodNanoseconds, 'the period'),
    defaultSampleType: cpuType.type,
  };
}

function mappingRows(profile: Profile, table: StringTable): Map<string, pprof.Mapping.$Properties> {
  const rows = new Map<string, pprof.Mapping.$Properties>();
  for (const { mapping } of profile.frames) {
    if (mapping === '' || rows.has(mapping)) continue;
    rows.set(mapping, {
      id: rows.size + 1,
      filename: table.index(mapping),
      // Otherwise pprof would look for symbols itself, in whatever lies at that path now.
      hasFunctions: true,
      hasFilenames: true,
      hasLineNumbers: true,
      hasInlineFrames: true,
    });
  }
  return rows;
}

function sampleRow(
  sample: Sample,
  number: number,
  frames: number,
  table: StringTable,
): pprof.Sample.$Properties {
  const labels = Object.entries(sample.labels).filter(([, value]) => value !== '');
  return {
    locationId: sample.stack.map((frame) => {
      if (!(frame >= 0 && frame < frames))
        throw new Error(`sample ${number} refers to frame ${frame} of ${frames}`);
      return frame + 1;
    }),
    value: [
      integer(sample.count, `the count of sample ${number}`),
      integer(sample.nanoseconds, `the time of sample ${number}`),
    ],
    label: labels.map(([key, value]) =>
      typeof value === 'string'
        ? { key: table.index(key), str: table.index(value) }
        : { key: table.index(key), num: integer(value, `label ${key} of sample ${number}`) },
    ),
  };
}

function integer(value: number, what: string): number {
  const rounded = Math.round(value);
  if (!Number.isSafeInteger(rounded)) throw new Error(`${what} is ${value}, which a profile cannot hold`);
  return rounded;
}
