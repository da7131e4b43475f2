/** Many simulated gates, each judged by the program's own verdict code. */
import type { BundleWorkload, Policy } from '../../../src/bundle/schema.js';
import { policyOf } from '../../../src/config/resolve.js';
import { judgeWorkload, standing } from '../../../src/verdict/judge.js';
import type { Verdict } from '../../../src/verdict/result.js';
import { type Costs, program, type Simulated, simulate, type Truth } from '../../verdict/simulate.js';

/** What a pair takes by default: two captures of 5 s, each after 1 s of warming up and 0.3 s of starting. */
const secondsPerPair = 12.6;

/** As gates are without a word about it. */
export const policy: Policy = policyOf({});

/** 40 functions; the 14th takes 2 % of the CPU time, the 29th 1 %. */
export const base: Costs = program(40);
export const twoPercent = 'f13';
export const onePercent = 'f28';

export function times(factor: number, ...names: string[]): Costs {
  const chosen = names.length > 0 ? names : Object.keys(base);
  return { ...base, ...Object.fromEntries(chosen.map((name) => [name, (base[name] as number) * factor])) };
}

export interface Gate {
  readonly verdict: Verdict;
  readonly pairs: number;
  readonly seconds: number;
  /** Of the reasons. */
  readonly codes: readonly string[];
}

export type GateTruth = Pick<Truth, 'head' | 'noise' | 'layouts' | 'samples'> & {
  /** The 40 functions unless given. */
  readonly base?: Costs;
  readonly dispersion?: number;
  /** Judges builds of several layouts as if they were one. */
  readonly layoutsIgnored?: boolean;
};

/** @param looks the plan's; measuring stops where the verdict is clear */
export function runGates(count: number, truth: GateTruth, looks: Policy['looks'] = policy.looks): Gate[] {
  const most = looks.at(-1) as number;
  const half = looks.find((look) => look >= most / 2) as number;
  return Array.from({ length: count }, (_, index) => {
    const simulated = (pairs: number) => simulatedGate(index, truth, pairs, looks);
    const early = judged(simulated(half));
    // The same pairs again, and those after them.
    return early.verdict === 'inconclusive' && half < most ? judged(simulated(most)) : early;
  });
}

/** What is measured in one gate, to the end of the plan unless told. */
export function simulatedGate(
  index: number,
  truth: GateTruth,
  pairs = policy.looks.at(-1) as number,
  looks: Policy['looks'] = policy.looks,
): Simulated {
  const { layoutsIgnored = false, ...given } = truth;
  const simulated = simulate({ seed: index + 1, pairs, base, policy: { ...policy, looks }, ...given });
  return layoutsIgnored ? { ...simulated, workload: asOneBuild(simulated.workload) } : simulated;
}

function asOneBuild({ layouts: _, ...workload }: BundleWorkload): BundleWorkload {
  return { ...workload, captures: workload.captures.map(({ layout: _layout, ...capture }) => capture) };
}

function judged({ workload, tableOf }: Simulated): Gate {
  const { verdict, reasons, pairs } = judgeWorkload(workload, { tableOf });
  return { verdict, pairs, seconds: pairs * secondsPerPair, codes: reasons.map(({ code }) => code) };
}

/** A run that may end because no verdict is expected of it, and what it would have come to. */
export interface Ended {
  readonly early: boolean;
  readonly verdict: Verdict;
}

/** @param looks the plan's */
export function runToFutility(index: number, truth: GateTruth, looks: Policy['looks']): Ended {
  const { workload, tableOf } = simulatedGate(index, truth, looks.at(-1) as number, looks);
  const { verdict } = judgeWorkload(workload, { tableOf });
  for (const look of looks.slice(0, -1)) {
    const captures = workload.captures.filter(({ pair }) => pair <= look);
    const stands = standing({ ...workload, captures, stop: null }, { tableOf });
    if (stands !== 'open') return { early: stands === 'futile', verdict };
  }
  return { early: false, verdict };
}

/** Share with its standard error, the binomial one; of nothing seen, that of one seen. */
export interface Rate {
  readonly share: number;
  readonly error: number;
  readonly of: number;
}

export function rateOf<T>(all: readonly T[], is: (one: T) => boolean): Rate {
  const of = all.length;
  const share = all.filter(is).length / of;
  const spread = Math.min(1 - 1 / of, Math.max(1 / of, share));
  return { share, error: Math.sqrt((spread * (1 - spread)) / of), of };
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Pairs after which a gate with a single look decides as often as these gates did, and as rightly: the least ones, to
 * within two.
 */
export function singleLook(gates: readonly Gate[], truth: GateTruth, verdict: Verdict): number {
  const wanted = rateOf(gates, (gate) => gate.verdict === verdict).share;
  let [few, enough] = [8, 2 * (policy.looks.at(-1) as number)];
  while (enough - few > 2) {
    const pairs = Math.round((few + enough) / 2);
    const { share } = rateOf(runGates(gates.length, truth, [pairs]), (gate) => gate.verdict === verdict);
    if (share >= wanted) enough = pairs;
    else few = pairs;
  }
  return enough;
}
