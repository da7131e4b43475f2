/**
 * Code layouts: one build is one draw of where its code lies, and no number of captures averages that draw away. Pairs of
 * several builds a side tell how much a layout changes; that enters every standard error, and its degrees of freedom.
 */

import type { BundleWorkload } from '../../bundle/schema.js';
import { type Crossing, levelVariance } from '../../stats/crossed.js';
import * as exact from '../../stats/exact.js';
import { jackknifeVariance } from '../../stats/jackknife.js';
import { percent, plural } from '../../text/format.js';
import type { Pair } from '../captures/pairs.js';
import type { Reason, WorkloadResult } from '../result.js';
import type { LogChange } from './total.js';

/** Where layouts are more than this part of the total's variance, more pairs hardly help. */
const largePart = 0.5;
/** With fewer layouts a side, degrees of freedom are so few that bounds are several times wider. */
const recommendedLayouts = 8;

/** What layouts add to the standard error of a mean over pairs. */
export interface LayoutError {
  /** Added to the variance that pairs have by themselves. */
  readonly variance: number;
  /** No more than these are left. */
  readonly df: number;
  /** Variance of the logarithm from one build to another, with its limits. */
  readonly deviation: { readonly variance: number; readonly lower: number; readonly upper: number };
}

/** Layout of base and of head in each pair; null where a side has one build only. */
export function crossingOf(pairs: readonly Pair[]): Crossing | null {
  const [rows, columns]: [number[], number[]] = [[], []];
  for (const { base, head } of pairs) {
    if (base.layout === undefined || head.layout === undefined) return null;
    rows.push(base.layout);
    columns.push(head.layout);
  }
  return pairs.length > 0 ? { rows, columns } : null;
}

export function firstPairs({ rows, columns }: Crossing, n: number): Crossing {
  return { rows: rows.slice(0, n), columns: columns.slice(0, n) };
}

/**
 * The error that layouts add to a mean over pairs. Both sides are builds of one program, so their layouts are taken to
 * vary alike. A component below zero counts as none, but degrees of freedom stay the layouts': that none was seen among
 * few does not prove that there is none. The pairs' own scatter holds a small part of it already; it is counted again,
 * which keeps the error of claims at their level also where layouts and pairs vary about as much.
 * @param influences how far each pair moves the mean, times their number
 * @returns null without layouts, or where no layout was measured twice: each pair is then a draw of its own
 */
export function layoutError(influences: readonly number[], crossing: Crossing | null): LayoutError | null {
  if (crossing === null || influences.length !== crossing.rows.length) return null;
  const found = levelVariance(influences, crossing);
  if (found === null) return null;
  const { variance, lower, upper, df, ofMean } = found;
  const component = Math.max(0, variance);
  return { variance: component * ofMean, df, deviation: { variance: component, lower, upper } };
}

/**
 * Variance of a statistic of the first pairs: the delete-one-pair jackknife's, and what layouts add to it.
 * @param leaveOneOut the statistic without the i-th pair, for every i
 */
export function varianceOverPairs(leaveOneOut: readonly number[], crossing: Crossing | null): number {
  const variance = jackknifeVariance(leaveOneOut);
  if (crossing === null || !Number.isFinite(variance)) return variance;
  const n = leaveOneOut.length;
  const mean = leaveOneOut.reduce((sum, value) => sum + value, 0) / n;
  const influences = leaveOneOut.map((value) => (n - 1) * (mean - value));
  return variance + (layoutError(influences, firstPairs(crossing, n))?.variance ?? 0);
}

/** Degrees of freedom of such a variance: those of the pairs, and no more than layouts leave. */
export function pairsDf(n: number, crossing: Crossing | null): number {
  const ofPairs = Math.max(1, n - 1);
  if (crossing === null) return ofPairs;
  const { rows, columns } = firstPairs(crossing, n);
  const ofLayouts = new Set(rows).size + new Set(columns).size - 2;
  return Math.max(1, Math.min(ofPairs, ofLayouts));
}

/** What the result says of layouts; null where a side has one build only. */
export function layoutFigures({ layouts }: BundleWorkload, log: LogChange): WorkloadResult['layouts'] {
  if (layouts === undefined) return null;
  const { deviation, variance } = log.layouts ?? {};
  return {
    builds: layouts.base.length,
    deviation: deviation
      ? {
          estimate: Math.sqrt(deviation.variance),
          lower: Math.sqrt(deviation.lower),
          upper: Math.sqrt(deviation.upper),
        }
      : null,
    part: variance === undefined ? null : Math.min(1, variance / exact.square(log.standardError)),
  };
}

/** What more pairs do not mend where nothing is decided; null where layouts are not what stands in the way. */
export function layoutsInTheWay({ layouts }: BundleWorkload, log: LogChange): Reason | null {
  if (layouts === undefined || log.layouts === undefined) return null;
  const { variance, deviation } = log.layouts;
  const builds = layouts.base.length;
  const part = variance / exact.square(log.standardError);
  const more = `raise layouts${builds < recommendedLayouts ? ` to ${recommendedLayouts}` : ''}`;
  if (part > largePart) {
    return {
      code: 'layouts_vary',
      message: `builds that differ in code layout alone differ by ±${percent(Math.sqrt(deviation.variance))}: ${percent(part)} of the variance, which more pairs do not reduce; ${more}`,
    };
  }
  if (builds >= recommendedLayouts) return null;
  return {
    code: 'few_layouts',
    message: `${plural(builds, 'layout')} a side tell little of how much layouts vary, which makes bounds wide; ${more}`,
  };
}
