/**
 * How a wait changed, per unit of work. Waits have heavier tails than CPU time: one capture in twenty may meet a slow disk.
 * What is always there is compared by the 20 % trimmed mean of the pairs' log ratios, which such captures cannot move.
 * What is not in every capture has no logarithm, and trimming would remove it: it is compared by the mean difference,
 * studentised. Sides that are alike make differences symmetrical, and Student's t of heavy symmetrical tails claims rather
 * too little (Efron, 1969).
 */
import * as exact from '../../stats/exact.js';
import { studentSurvival } from '../../stats/student.js';
import { trimmedMean } from '../../stats/yuen.js';
import type { Bounded } from '../result.js';
import { fewestPairsForBounds } from '../total/total.js';
import type { Cells } from './panel.js';

interface Location {
  readonly mean: number;
  /** Infinite with too few pairs. */
  readonly standardError: number;
  readonly df: number;
}

export interface WaitEstimate {
  readonly cells: Cells;
  /** Nanoseconds per unit: of what is always there geometric means, else arithmetic ones. */
  readonly base: number;
  readonly head: number;
  /** Of ln(head/base); null where a capture has none. */
  readonly log: Location | null;
  /** Of head − base in nanoseconds per unit. */
  readonly difference: Location;
}

/** Estimates the change from one value a pair and side, of at least one pair. */
export function estimateWait(cells: Cells): WaitEstimate {
  const { base, head } = cells;
  const isAlwaysThere =
    base.length > 0 && base.every((value) => value > 0) && head.every((value) => value > 0);
  const average = isAlwaysThere ? geometricMean : mean;
  return {
    cells,
    base: average(base),
    head: average(head),
    log: isAlwaysThere ? trimmed(head.map((value, pair) => exact.log(value / (base[pair] as number)))) : null,
    difference: location(head.map((value, pair) => value - (base[pair] as number))),
  };
}

/** One-sided p-value against "head ≤ (1 + margin) base", and of what is not always there: "+ least". */
export function longerP(estimate: WaitEstimate, margin: number, least: number): number {
  const { log, cells } = estimate;
  if (log !== null) return upperTail({ ...log, mean: log.mean - exact.log1p(margin) });
  return upperTail(
    location(cells.head.map((value, pair) => value - (1 + margin) * (cells.base[pair] as number) - least)),
  );
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

function upperTail({ mean: distance, standardError, df }: Location): number {
  if (!Number.isFinite(standardError)) return 1;
  if (standardError === 0) return distance > 0 ? 0 : 1;
  return studentSurvival(distance / standardError, df);
}

function trimmed(values: readonly number[]): Location {
  if (values.length < fewestPairsForBounds) return unbounded(mean(values));
  return trimmedMean(values);
}

/** Mean with its standard error. */
function location(values: readonly number[]): Location {
  const n = values.length;
  const centre = mean(values);
  if (n < fewestPairsForBounds) return unbounded(centre);
  const squares = values.reduce((sum, value) => sum + exact.square(value - centre), 0);
  return { mean: centre, standardError: Math.sqrt(squares / (n * (n - 1))), df: n - 1 };
}

function unbounded(centre: number): Location {
  return { mean: centre, standardError: Number.POSITIVE_INFINITY, df: 1 };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function geometricMean(values: readonly number[]): number {
  return exact.exp(mean(values.map(exact.log)));
}
