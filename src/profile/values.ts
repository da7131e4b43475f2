/** Which of a profile's values are the time and the number of samples. */
import { type Message, toNumber } from './wire.js';

export interface SampleCost {
  readonly count: number;
  /** Nanoseconds; of a profile that measures no time, whatever it measures. */
  readonly nanoseconds: number;
}

/** Cost of one sample from its values, in the order of the profile's sample types. */
export type ReadCost = (values: readonly number[]) => SampleCost;

interface ValueType {
  readonly type: string;
  readonly unit: string;
}

/** A map, since a unit is text from a file: an object has members by names such as `constructor`. */
const nanosecondsIn: ReadonlyMap<string, number> = new Map(
  Object.entries({
    nanoseconds: 1,
    ns: 1,
    microseconds: 1e3,
    us: 1e3,
    milliseconds: 1e6,
    ms: 1e6,
    seconds: 1e9,
    s: 1e9,
  }),
);

/** Nanoseconds between two samples; 0 when the profile does not say or counts something else than time. */
export function periodNanoseconds(message: Message, text: (index: number) => string): number {
  const unit = text(toNumber(message.periodType?.unit));
  return toNumber(message.period) * (nanosecondsIn.get(unit) ?? 0);
}

/** Why a profile is not one of CPU time: null where it is one. Others look alike: of waiting, of memory, of wall time. */
export function cpuTimeError(message: Message, text: (index: number) => string): string | null {
  const types = typesOf(message, text);
  const time = types[timeIndex(types, text(toNumber(message.defaultSampleType)))];
  if (time === undefined) return 'not a pprof profile: it has no sample types';
  if (time.type === 'cpu' && nanosecondsIn.has(time.unit)) return null;
  const isCounted = time.unit === 'count' && text(toNumber(message.periodType?.type)) === 'cpu';
  if (isCounted && periodNanoseconds(message, text) > 0) return null;
  const found = types.map(({ type, unit }) => `${type}/${unit}`).join(', ');
  return `it measures ${found.slice(0, 200)}, not CPU time: take a profile with cpu/nanoseconds`;
}

function typesOf(message: Message, text: (index: number) => string): ValueType[] {
  return message.sampleType.map(({ type, unit }) => ({
    type: text(toNumber(type)),
    unit: text(toNumber(unit)),
  }));
}

/**
 * Finds the values by name, not by place. Time: `cpu`, else the profile's default type, else the last type in a unit
 * of time, else the last type. Count: `samples`, else the type in unit `count` nearest before the time (as in
 * `alloc_objects/count, alloc_space/bytes`), else time over period.
 * @throws Error when the profile has no values at all
 */
export function costReader(message: Message, text: (index: number) => string): ReadCost {
  const types = typesOf(message, text);
  if (types.length === 0) throw new Error('not a pprof profile: it has no sample types');

  const period = periodNanoseconds(message, text);
  const time = timeIndex(types, text(toNumber(message.defaultSampleType)));
  const count = countIndex(types, time);
  const timeType = types[time] as ValueType;
  const factor = nanosecondsIn.get(timeType.unit) ?? 1;
  const at = (values: readonly number[], index: number) => values[index] as number;

  if (count === time) {
    // Only a number of samples: each stands for one period, where that is known.
    return (values) => ({ count: at(values, count), nanoseconds: at(values, time) * (period || 1) });
  }
  if (count >= 0) return (values) => ({ count: at(values, count), nanoseconds: at(values, time) * factor });
  return (values) => {
    const nanoseconds = at(values, time) * factor;
    return { count: period > 0 ? Math.round(nanoseconds / period) : 1, nanoseconds };
  };
}

function timeIndex(types: readonly ValueType[], defaultType: string): number {
  const isTime = ({ unit }: ValueType) => nanosecondsIn.has(unit);
  const cpu = types.findIndex((type) => type.type === 'cpu' && isTime(type));
  if (cpu >= 0) return cpu;
  const byDefault = defaultType === '' ? -1 : types.findIndex(({ type }) => type === defaultType);
  if (byDefault >= 0) return byDefault;
  const lastTime = types.findLastIndex(isTime);
  return lastTime >= 0 ? lastTime : types.length - 1;
}

/** Index of the type that counts samples, `time` itself when that does, -1 when none does. */
function countIndex(types: readonly ValueType[], time: number): number {
  const isCount = ({ unit }: ValueType) => unit === 'count';
  const samples = types.findIndex((type) => type.type === 'samples' && isCount(type));
  if (samples >= 0) return samples;
  if (isCount(types[time] as ValueType)) return time;
  const before = types.findLastIndex((type, index) => index < time && isCount(type));
  return before >= 0 ? before : types.findIndex(isCount);
}
