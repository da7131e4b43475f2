/** One function's change of CPU time per unit of work, with its standard error. */
import type { Side } from '../bundle/schema.js';
import { jackknifeVariance } from '../stats/jackknife.js';
import { type Cells, type Panel, type PanelRow, sumOfFirst } from './panel.js';
import type { LogChange } from './total.js';

/** One function on one side, pooled over pairs. */
export interface SideEstimate {
  /** Share of the side's sampled time. */
  readonly share: number;
  readonly samples: number;
  /** Samples of all functions. */
  readonly allSamples: number;
  /** Variance of ln share as the samples alone would have it. */
  readonly binomialVariance: number;
}

export interface FunctionEstimate {
  readonly row: PanelRow;
  readonly base: SideEstimate;
  readonly head: SideEstimate;
  /** Share of both sides' samples together: does not depend on which side they are from. */
  readonly pooledShare: number;
  readonly pooledSamples: number;
  /** ln of the change; where one side never saw the function, ln of the size of its contribution. */
  readonly log: number;
  readonly standardError: number;
  /** The part of it that comes from the shares. */
  readonly shareError: number;
  readonly df: number;
  /** Variance between pairs over the variance sampling alone would cause; at least 1. */
  readonly dispersion: number;
  /** What the change adds to base's CPU time per unit, as a fraction of it. */
  readonly contribution: number;
}

/**
 * Estimates `ln R = ln(share_head / share_base) + θ`: the share comes from samples, the level from exact CPU time. The
 * variance of the first term is the larger of the delete-one-pair jackknife and the binomial one.
 *
 * For a function that one side never saw, `log` is instead that of the CPU time it has where it was seen, over base's
 * total: its contribution without sign.
 * @param n     pairs to use, the first ones of the panel
 * @param total ln change of CPU time per unit over the same pairs
 */
export function estimateFunction(panel: Panel, row: PanelRow, n: number, total: LogChange): FunctionEstimate {
  const base = estimateSide(row.base, panel.totals.base, n);
  const head = estimateSide(row.head, panel.totals.head, n);
  const growth = Math.exp(total.mean);
  const contribution = head.share * growth - base.share;
  const seen: Side[] = [];
  if (base.share > 0) seen.push('base');
  if (head.share > 0) seen.push('head');
  const binomial = seen.reduce((sum, side) => sum + { base, head }[side].binomialVariance, 0);
  const jackknife = jackknifeVariance(leaveOneOut(panel, row, n, seen));
  const pooledSamples = base.samples + head.samples;
  const allSamples = base.allSamples + head.allSamples;
  const twoSided = seen.length === 2;
  return {
    row,
    base,
    head,
    pooledShare: allSamples > 0 ? pooledSamples / allSamples : 0,
    pooledSamples,
    log: twoSided ? Math.log(head.share / base.share) + total.mean : Math.log(Math.abs(contribution)),
    standardError: Math.sqrt(Math.max(jackknife, binomial) + total.standardError ** 2),
    shareError: Math.sqrt(Math.max(jackknife, binomial)),
    df: Math.max(1, n - 1),
    dispersion: binomial > 0 ? Math.max(1, jackknife / binomial) : 1,
    contribution,
  };
}

function estimateSide(cells: Cells, totals: Cells, n: number): SideEstimate {
  const samples = sumOfFirst(cells.counts, n);
  const all = sumOfFirst(totals.counts, n);
  const nanoseconds = sumOfFirst(totals.nanoseconds, n);
  return {
    share: nanoseconds > 0 ? Math.min(1, sumOfFirst(cells.nanoseconds, n) / nanoseconds) : 0,
    samples,
    allSamples: all,
    binomialVariance: samples > 0 ? Math.max(0, 1 / samples - 1 / all) : Number.POSITIVE_INFINITY,
  };
}

/** ln of the share ratio (or of the one share there is), without the i-th pair, for every i. */
function leaveOneOut(panel: Panel, row: PanelRow, n: number, seen: readonly Side[]): number[] {
  const values = new Array<number>(n).fill(0);
  for (const side of seen) {
    const own = row[side].nanoseconds;
    const all = panel.totals[side].nanoseconds;
    const ownSum = sumOfFirst(own, n);
    const allSum = sumOfFirst(all, n);
    const sign = side === 'head' ? 1 : -1;
    for (let i = 0; i < n; i++) {
      const share = (ownSum - (own[i] as number)) / (allSum - (all[i] as number));
      values[i] = (values[i] as number) + sign * Math.log(share);
    }
  }
  return values;
}
