/** Self cost by function: what the verdict compares. */
import { type Break, breaksOf } from './breaks.js';
import { isCompiling, jitCompiler } from './compiling.js';
import type { Profile } from './model.js';
import { identify, noStack } from './names.js';
import { addTiers, type TierTimes, tierOf } from './naming/tiers.js';

export interface FunctionCost {
  /** Identity across builds and sides. */
  readonly key: string;
  readonly name: string;
  /** Relative to the root where it lies below it; null when unknown. */
  readonly file: string | null;
  readonly line: number | null;
  /** False for addresses no function is known for: they have a cost, but there is nothing to judge. */
  readonly resolved: boolean;
  /** Samples whose leaf is this function, and the nanoseconds they stand for. */
  readonly count: number;
  readonly nanoseconds: number;
  /** Of the nanoseconds those in code of each tier; absent where no name says any. */
  readonly tiers?: TierTimes;
}

export interface FunctionTable {
  readonly functions: ReadonlyMap<string, FunctionCost>;
  /** Totals over all samples, resolved or not. */
  readonly count: number;
  readonly nanoseconds: number;
  /** Where stacks break off; absent where that is not asked for. */
  readonly breaks?: readonly Break[];
}

export type TableOf = (profile: Profile, root: string) => FunctionTable;

/**
 * Adds up what each function cost itself: samples go to their innermost frame (see decode.ts for what was inlined);
 * samples without a stack to `[no stack]`, and all of a virtual machine's threads that compile to `[JIT compiler]`: how
 * much is left to compile is not a matter of single functions. Functions that never were the innermost are not listed.
 * @param root absolute folder the profiled side was built in
 */
export const functionTable: TableOf = (profile, root) => {
  // By frame first: there are far fewer frames than samples, and names are looked at once a frame.
  const frames = profile.frames.length;
  const [withoutStack, compiling] = [frames, frames + 1];
  const counts = new Float64Array(frames + 2);
  const nanoseconds = new Float64Array(frames + 2);
  const seen = new Uint8Array(frames + 2);
  let totalCount = 0;
  let totalNanoseconds = 0;
  for (const sample of profile.samples) {
    const leaf = isCompiling(sample) ? compiling : (sample.stack[0] ?? withoutStack);
    seen[leaf] = 1;
    counts[leaf] = (counts[leaf] ?? 0) + sample.count;
    nanoseconds[leaf] = (nanoseconds[leaf] ?? 0) + sample.nanoseconds;
    totalCount += sample.count;
    totalNanoseconds += sample.nanoseconds;
  }

  const functions = new Map<string, FunctionCost>();
  for (let index = 0; index < seen.length; index++) {
    if (!seen[index]) continue;
    const frame = profile.frames[index];
    const { key, name, file, resolved } = frame
      ? identify(frame, root)
      : index === compiling
        ? { key: jitCompiler, name: jitCompiler, file: null, resolved: true }
        : { key: noStack, name: noStack, file: null, resolved: false };
    const known = functions.get(key);
    const tier = frame ? tierOf(frame.systemName) : null;
    const tiers = addTiers(known?.tiers, tier === null ? undefined : { [tier]: nanoseconds[index] ?? 0 });
    functions.set(key, {
      key,
      name,
      file,
      line: known?.line ?? (frame?.line || null),
      resolved,
      count: (known?.count ?? 0) + (counts[index] ?? 0),
      nanoseconds: (known?.nanoseconds ?? 0) + (nanoseconds[index] ?? 0),
      ...(tiers === undefined ? {} : { tiers }),
    });
  }
  return { functions, count: totalCount, nanoseconds: totalNanoseconds, breaks: breaksOf(profile) };
};
