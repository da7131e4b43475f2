/**
 * The profile `go build -pgo` reads (go.dev/doc/pgo): pprof with whole stacks, inlined functions, linker names and the
 * line each function begins at, since Go tells calls apart by caller, callee and line within the caller.
 */
import { StringTable } from '../profile/encode.js';
import { writeMessage } from '../profile/wire.js';
import type { CodeLocation, SourceFunction } from './annotation.js';
import type { SampledBinary } from './sourceProfile.js';

/** @returns a gzipped pprof profile; the same samples give the same bytes */
export function goProfile(binaries: readonly SampledBinary[]): Uint8Array {
  const tables = new Tables();
  // One for all: a sample of a build that was captured at a lower rate stands for more.
  const each = averageWeight(binaries);
  const samples = binaries.flatMap(({ samples: { stacks }, annotation }) =>
    stacks.map(({ addresses, weight }) => ({
      locationId: addresses
        .map((address) => annotation.locations.get(address))
        .filter((location) => location !== undefined && location.frames.length > 0)
        .map((location) => tables.location(location as CodeLocation)),
      value: [Math.max(1, Math.round(weight / each)), Math.round(weight)],
    })),
  );
  const { strings } = tables;
  const cpu = { type: strings.index('cpu'), unit: strings.index('nanoseconds') };
  return writeMessage({
    // Go takes the first it knows.
    sampleType: [{ type: strings.index('samples'), unit: strings.index('count') }, cpu],
    sample: samples.filter(({ locationId }) => locationId.length > 0),
    mapping: [{ id: 1, hasFunctions: true, hasFilenames: true, hasLineNumbers: true, hasInlineFrames: true }],
    location: tables.locations,
    function: tables.functions,
    periodType: cpu,
    period: Math.round(each),
    stringTable: strings.strings,
  });
}

/** Of a sample, whichever binary it was taken in. */
function averageWeight(binaries: readonly SampledBinary[]): number {
  const total = (of: 'samples' | 'weight') => binaries.reduce((sum, { samples }) => sum + samples[of], 0);
  return total('weight') / total('samples');
}

/** Locations and functions that samples refer to, each once. */
class Tables {
  readonly strings = new StringTable();
  readonly locations: {
    id: number;
    mappingId: number;
    address: number;
    line: { functionId: number; line: number }[];
  }[] = [];
  readonly functions: {
    id: number;
    name: number;
    systemName: number;
    filename: number;
    startLine: number;
  }[] = [];
  readonly #locationIds = new Map<CodeLocation, number>();
  readonly #functionIds = new Map<string, number>();

  location(location: CodeLocation): number {
    const known = this.#locationIds.get(location);
    if (known !== undefined) return known;
    const id = this.locations.length + 1;
    this.#locationIds.set(location, id);
    const line = location.frames.map((frame) => ({
      functionId: this.#function(frame.function),
      line: frame.line,
    }));
    this.locations.push({ id, mappingId: 1, address: location.address, line });
    return id;
  }

  #function({ name, file, startLine }: SourceFunction): number {
    const key = `${name}\0${file}\0${startLine}`;
    const known = this.#functionIds.get(key);
    if (known !== undefined) return known;
    const id = this.functions.length + 1;
    this.#functionIds.set(key, id);
    const text = this.strings.index(name);
    const filename = this.strings.index(file);
    this.functions.push({ id, name: text, systemName: text, filename, startLine });
    return id;
  }
}
