/**
 * How a wait changed, per unit of work. Waits have heavier tails than CPU time: one capture in twenty may meet a slow disk.
 * What is always there is compared by the 20 % trimmed mean of the pairs' log ratios, which such captures cannot move.
 * What is not in every capture has no logarithm, and trimming would remove it: it is compared by the mean difference,
 * studentised. Sides that are alike make differences symmetrical, and Student's t of heavy symmetrical tails claims rather
 * too little (Efron, 1969).
 */
import * as exact from '../../stats/exact.js';
import { byStratum, type MeanEstimate, stratifiedMean } from '../../stats/stratified.js';
import { studentSurvival } from '../../stats/student.js';
import { trimmedMean } from '../../stats/yuen.js';
import type { Bounded } from '../result.js';
import { layoutError } from '../total/layouts.js';
import { fewestPairsForBounds } from '../total/total.js';
import type { Cells, Grouping } from './panel.js';

/** Of a figure of every pair: its centre; the standard error is infinite with too few pairs. */
export interface Location extends MeanEstimate {
  /** What code layouts have in the variance, and the degrees of freedom they leave. */
  readonly layouts: { readonly variance: number; readonly df: number } | null;
}

export interface WaitEstimate {
  readonly cells: Cells;
  readonly grouping: Grouping;
  /** Nanoseconds per unit: of what is always there geometric means, else arithmetic ones. */
  readonly base: number;
  readonly head: number;
  /** Of ln(head/base); null where a capture has none. */
  readonly log: Location | null;
  /** Of head − base in nanoseconds per unit. */
  readonly difference: Location;
}

/** Estimates the change from one value a pair and side, of at least one pair. @param grouping the same pairs' */
export function estimateWait(cells: Cells, grouping: Grouping): WaitEstimate {
  const { base, head } = cells;
  const isAlwaysThere =
    base.length > 0 && base.every((value) => value > 0) && head.every((value) => value > 0);
  const average = isAlwaysThere ? geometricMean : mean;
  const ratios = isAlwaysThere ? head.map((value, pair) => exact.log(value / (base[pair] as number))) : null;
  return {
    cells,
    grouping,
    base: average(base),
    head: average(head),
    log: ratios && locate(ratios, grouping, trimmed),
    difference: locate(
      head.map((value, pair) => value - (base[pair] as number)),
      grouping,
      untrimmed,
    ),
  };
}

/** One-sided p-value against "head ≤ (1 + margin) base", and of what is not always there: "+ least". */
export function longerP(estimate: WaitEstimate, margin: number, least: number): number {
  const { log, cells, grouping } = estimate;
  if (log !== null) return upperTail({ ...log, mean: log.mean - exact.log1p(margin) });
  const beyond = cells.head.map((value, pair) => value - (1 + margin) * (cells.base[pair] as number) - least);
  return upperTail(locate(beyond, grouping, untrimmed));
}

/** The same against "head ≥ base / (1 + margin)". */
export function shorterP({ log, cells, ...rest }: WaitEstimate, margin: number, least: number): number {
  const turned = log === null ? null : { ...log, mean: -log.mean };
  return longerP({ ...rest, log: turned, cells: { base: cells.head, head: cells.base } }, margin, least);
}

/**
 * Relative change with limits so many standard errors away, and what it adds, in nanoseconds per unit.
 * @param quantile of Student's t by its degrees of freedom
 */
export function waitBounds(
  { base, log, difference }: WaitEstimate,
  quantile: (df: number) => number,
): { change: Bounded | null; added: Bounded } {
  if (log === null) return { change: null, added: around(difference, quantile) };
  const { estimate, lower, upper } = around(log, quantile);
  const change = {
    estimate: exact.expm1(estimate),
    lower: lower === null ? null : exact.expm1(lower),
    upper: upper === null || !Number.isFinite(exact.exp(upper)) ? null : exact.expm1(upper),
  };
  const times = (value: number | null) => (value === null ? null : value * base);
  return {
    change,
    added: { estimate: change.estimate * base, lower: times(change.lower), upper: times(change.upper) },
  };
}

function around({ mean: estimate, standardError, df }: Location, quantile: (df: number) => number): Bounded {
  if (!Number.isFinite(standardError)) return { estimate, lower: null, upper: null };
  const reach = quantile(df) * standardError;
  return { estimate, lower: estimate - reach, upper: estimate + reach };
}

/** One-sided p-value against a distance of 0 or less. */
export function upperTail({ mean: distance, standardError, df }: Location): number {
  if (!Number.isFinite(standardError)) return 1;
  if (standardError === 0) return distance > 0 ? 0 : 1;
  return studentSurvival(distance / standardError, df);
}

/** What each value moves a centre by, times their number, besides the centre itself. */
type Centre = MeanEstimate & { readonly influences: readonly number[] };

/** Runners are strata, as they are of the total; code layouts add to the error what they vary by. */
export function locate(
  values: readonly number[],
  { runners, crossing }: Grouping,
  centreOf: (values: readonly number[]) => Centre,
): Location {
  const strata = byStratum(values, runners);
  if (strata.length > 1) {
    const whole = stratifiedMean(strata.map((own) => ({ n: own.length, ...centreOf(own) })));
    return { ...whole, layouts: null };
  }
  const { mean: centre, standardError, df, influences } = centreOf(values);
  const layouts = Number.isFinite(standardError) ? layoutError(influences, crossing) : null;
  if (layouts === null) return { mean: centre, standardError, df, layouts };
  return {
    mean: centre,
    standardError: Math.sqrt(exact.square(standardError) + layouts.variance),
    df: Math.min(df, layouts.df),
    layouts,
  };
}

export function trimmed(values: readonly number[]): Centre {
  if (values.length < fewestPairsForBounds) return unbounded(mean(values));
  return trimmedMean(values);
}

/** The mean. */
export function untrimmed(values: readonly number[]): Centre {
  const n = values.length;
  const centre = mean(values);
  if (n < fewestPairsForBounds) return unbounded(centre);
  const influences = values.map((value) => value - centre);
  const squares = influences.reduce((sum, value) => sum + exact.square(value), 0);
  return { mean: centre, standardError: Math.sqrt(squares / (n * (n - 1))), df: n - 1, influences };
}

function unbounded(centre: number): Centre {
  return { mean: centre, standardError: Number.POSITIVE_INFINITY, df: 1, influences: [] };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function geometricMean(values: readonly number[]): number {
  return exact.exp(mean(values.map(exact.log)));
}
