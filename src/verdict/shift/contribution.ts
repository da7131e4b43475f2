/** What sets of places add to base's CPU time per unit: amounts that can be added up, with what leaving out a pair does. */

import type { Side } from '../../bundle/schema.js';
import type { Crossing } from '../../stats/crossed.js';
import * as exact from '../../stats/exact.js';
import { studentSurvival } from '../../stats/student.js';
import { type Panel, sumOfFirst } from '../captures/panel.js';
import { pairsDf, varianceOverPairs } from '../total/layouts.js';
import type { LogChange } from '../total/total.js';

/** An amount, as a fraction of base's CPU time per unit, and the same without the i-th pair, for every i. */
export interface Amount {
  readonly estimate: number;
  readonly leaveOneOut: readonly number[];
  /** Variance as the samples alone would have it. */
  readonly sampling: number;
  /** The pairs' code layouts; null where a side has one build only. */
  readonly crossing: Crossing | null;
}

/** Sampled nanoseconds by pair. */
export type PairCosts = Readonly<Record<Side, readonly number[]>>;

/** `share_head e^θ − share_base` over the panel's first n pairs, shares being of all CPU time. */
export function contributionOf(costs: PairCosts, panel: Panel, n: number, total: LogChange): Amount {
  const own = { base: sumOfFirst(costs.base, n), head: sumOfFirst(costs.head, n) };
  const totals = { base: panel.totals.base.nanoseconds, head: panel.totals.head.nanoseconds };
  const all = { base: sumOfFirst(totals.base, n), head: sumOfFirst(totals.head, n) };
  const share = (side: Side) => (all[side] > 0 ? own[side] / all[side] : 0);
  const level = { base: 1, head: exact.exp(total.mean) };
  const sampling = (side: Side) => share(side) * exact.square(level[side]) * sampleShare(panel, side, n);
  const shareWithout = (side: Side, i: number) => {
    const rest = all[side] - (totals[side][i] as number);
    return rest > 0 ? (own[side] - (costs[side][i] as number)) / rest : 0;
  };
  return {
    estimate: share('head') * level.head - share('base'),
    sampling: sampling('base') + sampling('head'),
    crossing: panel.crossing,
    leaveOneOut: Array.from(
      { length: n },
      (_, i) =>
        shareWithout('head', i) * exact.exp(total.leaveOneOut[i] ?? total.mean) - shareWithout('base', i),
    ),
  };
}

/** The part of a side's CPU time in the first n pairs that one sample stands for. */
export function sampleShare({ totals }: Panel, side: Side, n: number): number {
  const { counts, nanoseconds, sampledNanoseconds } = totals[side];
  const samples = sumOfFirst(counts, n);
  const all = sumOfFirst(nanoseconds, n);
  return samples > 0 && all > 0 ? sumOfFirst(sampledNanoseconds, n) / samples / all : 0;
}

/**
 * @param amounts of different places
 * @param n       pairs they are of
 */
export function sumOf(amounts: readonly Amount[], n: number): Amount {
  const leaveOneOut = new Array<number>(n).fill(0);
  let estimate = 0;
  let sampling = 0;
  for (const amount of amounts) {
    estimate += amount.estimate;
    sampling += amount.sampling;
    for (let i = 0; i < n; i++) {
      leaveOneOut[i] = (leaveOneOut[i] as number) + (amount.leaveOneOut[i] as number);
    }
  }
  return { estimate, leaveOneOut, sampling, crossing: amounts[0]?.crossing ?? null };
}

export function times(amount: Amount, factor: number): Amount {
  return {
    estimate: amount.estimate * factor,
    leaveOneOut: amount.leaveOneOut.map((value) => value * factor),
    sampling: amount.sampling * exact.square(factor),
    crossing: amount.crossing,
  };
}

/**
 * Delete-one-pair jackknife, with what code layouts add; not less than sampling alone makes it. Infinite with fewer than
 * two pairs.
 */
export function standardErrorOf({ leaveOneOut, sampling, crossing }: Amount): number {
  return Math.sqrt(Math.max(varianceOverPairs(leaveOneOut, crossing), sampling));
}

/** One-sided p-value against "the truth is zero or less". */
export function increaseP(amount: Amount): number {
  const error = standardErrorOf(amount);
  if (error === 0) return amount.estimate > 0 ? 0 : 1;
  if (!Number.isFinite(error)) return 1;
  return studentSurvival(amount.estimate / error, pairsDf(amount.leaveOneOut.length, amount.crossing));
}

/** One-sided p-value against "the truth is zero or more". */
export function decreaseP(amount: Amount): number {
  return increaseP(times(amount, -1));
}
