/** How much more data a decision needs, by normal approximations. */

import * as exact from './exact.js';
import { normalSurvival, normalUpperQuantile } from './normal.js';
import { studentUpperQuantile } from './student.js';

/** Normal quantile of the power needed pairs are computed for: 90 %. */
const zPower = 1.28;
/** What looking more than once costs in pairs. */
const sequentialInflation = 1.15;

/**
 * Pairs to prove, with 90 % power, that a mean lies on one side of a limit.
 * @param pairSd   standard deviation of one pair's difference
 * @param distance between the true mean and the limit, same scale, > 0
 * @param alpha    one-sided error probability
 * @param fixed    variance of the mean that more pairs do not reduce, and the degrees of freedom it leaves
 * @returns a fractional number; infinity when there is no distance, or no number of pairs would do
 */
export function pairsToProve(
  pairSd: number,
  distance: number,
  alpha: number,
  fixed: { readonly variance: number; readonly df: number } | null = null,
): number {
  if (!(distance > 0)) return Number.POSITIVE_INFINITY;
  const quantile = fixed === null ? normalUpperQuantile(alpha) : studentUpperQuantile(alpha, fixed.df);
  const allowed = exact.square(distance / (quantile + zPower)) - (fixed?.variance ?? 0);
  return allowed > 0 ? (sequentialInflation * exact.square(pairSd)) / allowed : Number.POSITIVE_INFINITY;
}

/**
 * Smallest distance from a limit that a test would have proven with 80 % power.
 * @param p one-sided nominal level of the test
 */
export function provableDistance(standardError: number, df: number, p: number): number {
  return (studentUpperQuantile(p, df) + studentUpperQuantile(0.2, df)) * standardError;
}

/** Largest standard error with which a test at that level proves such a distance with 80 % power. */
export function sufficientStandardError(distance: number, df: number, p: number): number {
  return distance / provableDistance(1, df, p);
}

/**
 * Lower confidence limit of a standard deviation, by Wilson and Hilferty's (1931) normal approximation of χ².
 * @param df degrees of freedom the standard deviation was estimated with
 * @param p  one-sided probability that the true one is smaller
 */
export function standardDeviationLimit(sd: number, df: number, p: number): number {
  const part = 2 / (9 * df);
  const root = 1 - part + normalUpperQuantile(p) * Math.sqrt(part);
  return sd / (root * Math.sqrt(root));
}

/** What is known of a mean at an interim look, and how far the experiment goes on. */
export interface Interim {
  readonly mean: number;
  /** Standard deviation of one pair. */
  readonly pairSd: number;
  readonly pairs: number;
  /** Pairs at the end, ≥ pairs. */
  readonly finalPairs: number;
  /** Mean of the pairs to come. */
  readonly trend: number;
}

/**
 * Conditional power (Lan, Simon and Halperin, 1982): the probability, given the data so far, that the final mean is
 * proven to be above a limit.
 * @param alpha one-sided nominal level of the final test
 */
export function conditionalPower(
  { mean, pairSd, pairs, finalPairs, trend }: Interim,
  limit: number,
  alpha: number,
): number {
  const expected = (pairs * mean + (finalPairs - pairs) * trend) / finalPairs;
  const wanted = limit + (normalUpperQuantile(alpha) * pairSd) / Math.sqrt(finalPairs);
  const spread = (pairSd * Math.sqrt(finalPairs - pairs)) / finalPairs;
  if (spread === 0) return expected > wanted ? 1 : 0;
  return normalSurvival((wanted - expected) / spread);
}
