/** One workload measured on several runners, with a known truth on each. */
import type { BundleWorkload, Capture } from '../../src/bundle/schema.js';
import { cpuProfilePath } from '../../src/bundle/writer.js';
import type { FunctionTable } from '../../src/profile/functions.js';
import { completePairs, type Pair } from '../../src/verdict/captures/pairs.js';
import { judgeWorkload } from '../../src/verdict/judge.js';
import type { WorkloadResult } from '../../src/verdict/result.js';
import { type Costs, policy, program, simulate } from './simulate.js';

export interface RunnerTruth {
  readonly seed: number;
  /** Of head over base, everywhere. */
  readonly change: number;
  /** How much slower the machine is. */
  readonly slowness?: number;
  readonly noise?: number;
  readonly pairs?: number;
  readonly costs?: Readonly<Record<'base' | 'head', Costs>>;
  readonly capture?: (capture: Capture) => Capture;
}

/** Its pairs, and what the verdict says of them. */
export function merged(truths: readonly RunnerTruth[]): {
  readonly pairs: Pair[];
  readonly result: WorkloadResult;
} {
  const tables = new Map<string, FunctionTable>();
  const captures: Capture[] = [];
  let last = 0;
  let workload: BundleWorkload | null = null;
  for (const [
    runner,
    { seed, change, slowness = 1, noise = 0.1, pairs = 10, costs, capture: rewrite },
  ] of truths.entries()) {
    const times = (side: 'base' | 'head', factor: number) =>
      Object.fromEntries(
        Object.entries(costs?.[side] ?? program(12)).map(([name, cost]) => [name, cost * factor]),
      );
    const one = simulate({
      seed,
      pairs,
      base: times('base', slowness),
      head: times('head', slowness * (1 + change)),
      noise,
      ...(rewrite ? { capture: rewrite } : {}),
    });
    for (const capture of one.workload.captures) {
      const pair = last + capture.pair;
      const cpuProfile = cpuProfilePath('api', pair, capture.side);
      tables.set(cpuProfile, one.tableOf(one.workload, capture));
      captures.push({ ...capture, pair, runner, cpuProfile });
    }
    last += pairs;
    workload = one.workload;
  }
  if (workload === null) throw new Error('no runner');
  const whole: BundleWorkload = {
    ...workload,
    captures,
    policy: { ...policy, looks: [last] },
    stop: { reason: 'looks_exhausted', message: 'looked at once' },
  };
  return {
    pairs: completePairs(captures),
    result: judgeWorkload(whole, {
      tableOf: (_, capture) => tables.get(capture.cpuProfile) as FunctionTable,
    }),
  };
}
