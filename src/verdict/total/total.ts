/** The total: CPU time per unit of work, pair by pair. */

import type { Policy, Side } from '../../bundle/schema.js';
import type { Crossing } from '../../stats/crossed.js';
import * as exact from '../../stats/exact.js';
import { provableDistance } from '../../stats/power.js';
import { studentUpperQuantile } from '../../stats/student.js';
import { trimmedMean } from '../../stats/yuen.js';
import type { Pair } from '../captures/pairs.js';
import type { Look } from '../pace/looks.js';
import type { WorkloadResult } from '../result.js';
import { type LayoutError, layoutError } from './layouts.js';

/** With fewer pairs than this a standard error says nothing: no bounds. */
export const fewestPairsForBounds = 4;

/** Logarithm of head's CPU time per unit over base's. */
export interface LogChange {
  readonly mean: number;
  /** Infinite with too few pairs for bounds. */
  readonly standardError: number;
  readonly df: number;
  /** The mean without the i-th pair, for every i; empty where there is no standard error. */
  readonly leaveOneOut: readonly number[];
  /** What code layouts have in the standard error; only where several were measured. */
  readonly layouts?: LayoutError;
}

export interface Total {
  readonly log: LogChange;
  readonly decision: 'fail' | 'pass' | null;
  readonly figures: WorkloadResult['total'];
}

/** Exact CPU nanoseconds per unit of work; null where nothing was done or nothing was charged. */
export function cpuPerUnit(pair: Pick<Pair, Side>, side: Side): number | null {
  const { summary, units } = pair[side];
  return units > 0 && summary.cpuNanoseconds > 0 ? summary.cpuNanoseconds / units : null;
}

/** ln(head/base) of CPU time per unit, one a pair that has both; a pair that has not forbids every claim anyway. */
export function logChanges(pairs: readonly Pair[]): number[] {
  const changes: number[] = [];
  for (const pair of pairs) {
    const base = cpuPerUnit(pair, 'base');
    const head = cpuPerUnit(pair, 'head');
    if (base !== null && head !== null) changes.push(exact.log(head / base));
  }
  return changes;
}

/**
 * 20 % trimmed mean with Yuen's standard error.
 * @param crossing the pairs' code layouts: what they add to the error; null where a side has one build only
 */
export function meanLogChange(changes: readonly number[], crossing: Crossing | null = null): LogChange {
  const unknown = { standardError: Number.POSITIVE_INFINITY, df: 1, leaveOneOut: [] };
  if (changes.length === 0) return { mean: 0, ...unknown };
  if (changes.length === 1) return { mean: changes[0] as number, ...unknown };
  const { mean, standardError, df, influences } = trimmedMean(changes);
  if (changes.length < fewestPairsForBounds) return { mean, ...unknown };
  const leaveOneOut = changes.map((_, without) => trimmedMean(changes.filter((_, i) => i !== without)).mean);
  const layouts = layoutError(influences, crossing);
  if (layouts === null) return { mean, standardError, df, leaveOneOut };
  return {
    mean,
    standardError: Math.sqrt(exact.square(standardError) + layouts.variance),
    df: Math.min(df, layouts.df),
    leaveOneOut,
    layouts,
  };
}

/**
 * Tests the total at one look. The lower bound stands at the fail level and the upper bound at the pass level, so that
 * fail means lower > margin, and pass means upper < margin.
 */
export function testTotal(log: LogChange, look: Look, policy: Policy): Total {
  const { mean, standardError, df } = log;
  const margin = policy.totalMargin;
  if (!Number.isFinite(standardError)) {
    const figures = { estimate: exact.expm1(mean), lower: null, upper: null, margin, mde: null };
    return { log, decision: null, figures };
  }
  const lower = exact.expm1(mean - studentUpperQuantile(look.levels.fail, df) * standardError);
  const upper = exact.expm1(mean + studentUpperQuantile(look.levels.pass, df) * standardError);
  const provable = exact.log1p(margin) + provableDistance(standardError, df, look.levels.fail);
  const figures = {
    estimate: exact.expm1(mean),
    lower,
    upper: finiteOrNull(upper),
    margin,
    mde: look.mayClaim ? finiteOrNull(exact.expm1(provable)) : null,
  };
  const claim = lower > margin ? 'fail' : upper < margin ? 'pass' : null;
  return { log, decision: look.mayClaim ? claim : null, figures };
}

/** A bound too far away to be a number is no bound. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
