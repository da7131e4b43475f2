/** Exact binomial tails. */

import { regularisedBeta } from './beta.js';
import * as exact from './exact.js';

/**
 * P(X ≥ count) for X ~ Bin(trials, probability). Counts may be fractional (counts deflated for over-dispersion): the
 * incomplete beta function interpolates between whole numbers.
 */
export function binomialUpperTail(count: number, trials: number, probability: number): number {
  if (count <= 0) return 1;
  if (count > trials) return 0;
  // P(X ≥ n) = pⁿ; the beta function has no value at b = trials − count + 1 = 1 that is more exact.
  if (count === trials) return exact.exp(trials * exact.log(probability));
  return regularisedBeta(probability, count, trials - count + 1);
}

/**
 * Two-sided p-value that two counts come from the same rate, given the exposures they were observed over: conditional on
 * their sum the first is binomial (Przyborowski and Wilenski, 1940).
 * @returns 1 when nothing was counted or nothing was exposed
 */
export function sameRateP(countA: number, exposureA: number, countB: number, exposureB: number): number {
  const total = countA + countB;
  const exposure = exposureA + exposureB;
  if (total === 0 || exposureA <= 0 || exposureB <= 0) return 1;
  const upper = binomialUpperTail(countA, total, exposureA / exposure);
  const lower = binomialUpperTail(countB, total, exposureB / exposure);
  return Math.min(1, 2 * Math.min(upper, lower));
}
