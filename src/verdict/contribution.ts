/** What sets of places add to base's CPU time per unit: amounts that can be added up, with what leaving out a pair does. */
import type { Side } from '../bundle/schema.js';
import { jackknifeVariance } from '../stats/jackknife.js';
import { type Panel, sumOfFirst } from './panel.js';
import type { LogChange } from './total.js';

/** An amount, as a fraction of base's CPU time per unit, and the same without the i-th pair, for every i. */
export interface Amount {
  readonly estimate: number;
  readonly leaveOneOut: readonly number[];
}

/** Sampled nanoseconds by pair. */
export type PairCosts = Readonly<Record<Side, readonly number[]>>;

/** `share_head e^θ − share_base` over the panel's first n pairs, shares being of all CPU time. */
export function contributionOf(costs: PairCosts, panel: Panel, n: number, total: LogChange): Amount {
  const own = { base: sumOfFirst(costs.base, n), head: sumOfFirst(costs.head, n) };
  const totals = { base: panel.totals.base.nanoseconds, head: panel.totals.head.nanoseconds };
  const all = { base: sumOfFirst(totals.base, n), head: sumOfFirst(totals.head, n) };
  const share = (side: Side) => (all[side] > 0 ? own[side] / all[side] : 0);
  const shareWithout = (side: Side, i: number) => {
    const rest = all[side] - (totals[side][i] as number);
    return rest > 0 ? (own[side] - (costs[side][i] as number)) / rest : 0;
  };
  return {
    estimate: share('head') * Math.exp(total.mean) - share('base'),
    leaveOneOut: Array.from(
      { length: n },
      (_, i) =>
        shareWithout('head', i) * Math.exp(total.leaveOneOut[i] ?? total.mean) - shareWithout('base', i),
    ),
  };
}

/** @param n pairs the amounts are of */
export function sumOf(amounts: readonly Amount[], n: number): Amount {
  const leaveOneOut = new Array<number>(n).fill(0);
  let estimate = 0;
  for (const amount of amounts) {
    estimate += amount.estimate;
    for (let i = 0; i < n; i++) {
      leaveOneOut[i] = (leaveOneOut[i] as number) + (amount.leaveOneOut[i] as number);
    }
  }
  return { estimate, leaveOneOut };
}

export function times({ estimate, leaveOneOut }: Amount, factor: number): Amount {
  return { estimate: estimate * factor, leaveOneOut: leaveOneOut.map((value) => value * factor) };
}

/** Delete-one-pair jackknife; infinite with fewer than two pairs. */
export function standardErrorOf({ leaveOneOut }: Amount): number {
  return Math.sqrt(jackknifeVariance(leaveOneOut));
}
