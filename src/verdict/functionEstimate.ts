/** One function's change of CPU time per unit of work, with its standard error. */
import type { Side } from '../bundle/schema.js';
import type { Crossing } from '../stats/crossed.js';
import { pairsDf, varianceOverPairs } from './layouts.js';
import { type Cells, type Panel, type PanelRow, sumOfFirst, type TotalCells } from './panel.js';
import type { LogChange } from './total.js';

/** With fewer samples of a function, neither the normal nor the binomial approximation says anything. */
export const fewestSamples = 10;

/** One function on one side, pooled over pairs. */
export interface SideEstimate {
  /** Share of the side's CPU time. */
  readonly share: number;
  readonly samples: number;
  /** Samples of all functions. */
  readonly allSamples: number;
  /** Samples there would be if all of the side's CPU time could be sampled: what `share` is a share of. */
  readonly exposure: number;
  /** Variance of ln share as the samples alone would have it. */
  readonly binomialVariance: number;
}

/** What is known of a function that one side hardly saw; all of it from the side with more samples. */
export interface Scarce {
  /** Variance between pairs over the variance sampling alone would cause; at least 1. */
  readonly dispersion: number;
  /** Standard errors of ln of the CPU time the function has on a side. */
  readonly baseError: number;
  readonly headError: number;
  /** Standard error of the contribution. */
  readonly contributionError: number;
}

export interface FunctionEstimate {
  readonly row: PanelRow;
  readonly base: SideEstimate;
  readonly head: SideEstimate;
  /** Share of both sides' samples together: does not depend on which side they are from. */
  readonly pooledShare: number;
  readonly pooledSamples: number;
  /** ln of the change; infinite where one side never saw the function. */
  readonly log: number;
  readonly standardError: number;
  /** The part of it that comes from the shares. */
  readonly shareError: number;
  readonly df: number;
  /** Variance between pairs over the variance sampling alone would cause; at least 1. */
  readonly dispersion: number;
  /** What the change adds to base's CPU time per unit, as a fraction of it. */
  readonly contribution: number;
  /** null where both sides saw the function well enough to tell how its change varies from pair to pair. */
  readonly scarce: Scarce | null;
}

/**
 * Estimates `ln R = ln(share_head / share_base) + θ`: the share comes from samples, the level from exact CPU time. Its
 * variance is the delete-one-pair jackknife's of the whole, since what a function spends more in a pair moves its share
 * and the total alike, with what code layouts add; it is not taken for less than sampling and the total alone would make
 * it.
 * @param n     pairs to use, the first ones of the panel
 * @param total ln change of CPU time per unit over the same pairs
 */
export function estimateFunction(panel: Panel, row: PanelRow, n: number, total: LogChange): FunctionEstimate {
  const base = estimateSide(row.base, panel.totals.base, n);
  const head = estimateSide(row.head, panel.totals.head, n);
  const without = {
    base: leaveOneOut(row.base, panel.totals.base, n),
    head: leaveOneOut(row.head, panel.totals.head, n),
  };
  const seen: Side[] = [];
  if (base.share > 0) seen.push('base');
  if (head.share > 0) seen.push('head');
  const binomial = seen.reduce((sum, side) => sum + { base, head }[side].binomialVariance, 0);
  const shares = differences(without, seen, n);
  const { crossing } = panel;
  const jackknife = varianceOverPairs(shares, crossing);
  const whole = varianceOverPairs(withTotal(shares, total), crossing);
  const pooledSamples = base.samples + head.samples;
  const allSamples = base.allSamples + head.allSamples;
  const estimate = {
    row,
    base,
    head,
    pooledShare: allSamples > 0 ? pooledSamples / allSamples : 0,
    pooledSamples,
    log: Math.log(head.share / base.share) + total.mean,
    standardError: Math.sqrt(Math.max(whole, binomial + total.standardError ** 2)),
    shareError: Math.sqrt(Math.max(jackknife, binomial)),
    df: pairsDf(n, crossing),
    dispersion: dispersionOf(jackknife, binomial),
    contribution: head.share * Math.exp(total.mean) - base.share,
  };
  const isScarce = Math.min(base.samples, head.samples) < fewestSamples || !Number.isFinite(jackknife);
  return { ...estimate, scarce: isScarce ? scarceErrors(estimate, without, total, crossing) : null };
}

function estimateSide(cells: Cells, totals: TotalCells, n: number): SideEstimate {
  const samples = sumOfFirst(cells.counts, n);
  const allSamples = sumOfFirst(totals.counts, n);
  const nanoseconds = sumOfFirst(totals.nanoseconds, n);
  const sampled = sumOfFirst(totals.sampledNanoseconds, n);
  const exposure = sampled > 0 ? (allSamples * nanoseconds) / sampled : allSamples;
  return {
    share: nanoseconds > 0 ? Math.min(1, sumOfFirst(cells.nanoseconds, n) / nanoseconds) : 0,
    samples,
    allSamples,
    exposure,
    binomialVariance: samples > 0 ? Math.max(0, 1 / samples - 1 / exposure) : Number.POSITIVE_INFINITY,
  };
}

/** Errors by side. The side with fewer samples is taken to vary beyond chance as the other does. */
function scarceErrors(
  { base, head, contribution }: Pick<FunctionEstimate, 'base' | 'head' | 'contribution'>,
  without: Readonly<Record<Side, readonly number[]>>,
  total: LogChange,
  crossing: Crossing | null,
): Scarce {
  const better = head.samples >= base.samples ? 'head' : 'base';
  const { binomialVariance } = { base, head }[better];
  const dispersion = dispersionOf(varianceOverPairs(without[better], crossing), binomialVariance);
  const baseError = Math.sqrt(dispersion * base.binomialVariance);
  const byTotal = better === 'head' ? varianceOverPairs(withTotal(without.head, total), crossing) : 0;
  const headError = Math.sqrt(
    Math.max(byTotal, dispersion * head.binomialVariance + total.standardError ** 2),
  );
  const spread = (cost: number, error: number) => (cost > 0 ? cost * error : 0);
  const contributionError = Math.hypot(
    spread(base.share, baseError),
    spread(base.share + contribution, headError),
  );
  return { dispersion, baseError, headError, contributionError };
}

function dispersionOf(jackknife: number, binomial: number): number {
  return binomial > 0 ? Math.max(1, jackknife / binomial) : 1;
}

/** ln share of one side without the i-th pair, for every i. */
function leaveOneOut(own: Cells, all: Cells, n: number): number[] {
  const ownSum = sumOfFirst(own.nanoseconds, n);
  const allSum = sumOfFirst(all.nanoseconds, n);
  return Array.from({ length: n }, (_, i) =>
    Math.log((ownSum - (own.nanoseconds[i] as number)) / (allSum - (all.nanoseconds[i] as number))),
  );
}

/** ln of the share ratio, or of the one share there is. */
function differences(
  without: Readonly<Record<Side, readonly number[]>>,
  seen: readonly Side[],
  n: number,
): number[] {
  const values = new Array<number>(n).fill(0);
  for (const side of seen) {
    const sign = side === 'head' ? 1 : -1;
    for (let i = 0; i < n; i++) values[i] = (values[i] as number) + sign * (without[side][i] as number);
  }
  return values;
}

function withTotal(values: readonly number[], total: LogChange): number[] {
  return values.map((value, i) => value + (total.leaveOneOut[i] ?? total.mean));
}
