/** Hand-made pprof messages, written with pprof-format: a codec that shares nothing with ours. */
import * as pprof from 'pprof-format';

export interface MessageParts {
  /** `type/unit` */
  types?: string[];
  period?: { type: string; value: number };
  defaultType?: string;
  mappings?: { id: number | bigint; file: string }[];
  functions?: { id: number | bigint; name: string; file?: string; startLine?: number; systemName?: string }[];
  locations?: { id: number | bigint; mapping?: number | bigint; lines?: (number | bigint)[] }[];
  samples?: { locations?: (number | bigint)[]; values: (number | bigint)[]; labels?: pprof.LabelInput[] }[];
  timeNanos?: bigint;
  durationNanos?: number;
  comment?: string;
}

/** A message of the given parts, not gzipped; labels refer to `strings`. */
export function message(parts: MessageParts, strings = new pprof.StringTable()): Uint8Array {
  const text = (value: string) => strings.dedup(value);
  const valueType = (name: string) => {
    const [type = '', unit = ''] = name.split('/');
    return new pprof.ValueType({ type: text(type), unit: text(unit) });
  };
  const input: pprof.ProfileInput = {
    sampleType: (parts.types ?? ['samples/count', 'cpu/nanoseconds']).map(valueType),
    mapping: (parts.mappings ?? []).map(
      ({ id, file }) => new pprof.Mapping({ id, filename: text(file), memoryStart: 0x400000 }),
    ),
    function: (parts.functions ?? []).map(
      ({ id, name, file = '', startLine = 0, systemName = name }) =>
        new pprof.Function({
          id,
          name: text(name),
          systemName: text(systemName),
          filename: text(file),
          startLine,
        }),
    ),
    location: (parts.locations ?? []).map(
      ({ id, mapping = 0, lines = [] }) =>
        new pprof.Location({
          id,
          mappingId: mapping,
          address: 0xffff_ffff_8123_4567n,
          line: lines.map((functionId, index) => new pprof.Line({ functionId, line: index + 1 })),
        }),
    ),
    sample: (parts.samples ?? []).map(
      ({ locations = [], values, labels = [] }) =>
        new pprof.Sample({
          locationId: locations,
          value: values,
          label: labels.map((label) => new pprof.Label(label)),
        }),
    ),
    timeNanos: parts.timeNanos ?? 0,
    durationNanos: parts.durationNanos ?? 0,
    comment: parts.comment === undefined ? [] : [text(parts.comment)],
    stringTable: strings,
  };
  if (parts.period) {
    input.periodType = valueType(parts.period.type);
    input.period = parts.period.value;
  }
  if (parts.defaultType) input.defaultSampleType = text(parts.defaultType);
  return new pprof.Profile(input).encode();
}

/** One function, one location, samples with the given values. */
export function oneFunction(types: string[], values: number[][], rest: MessageParts = {}): Uint8Array {
  return message({
    types,
    functions: [{ id: 1, name: 'work' }],
    locations: [{ id: 1, lines: [1] }],
    samples: values.map((each) => ({ locations: [1], values: each })),
    ...rest,
  });
}
