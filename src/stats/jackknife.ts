/** Variance of a statistic that has no formula for it. */
import * as exact from './exact.js';

/**
 * Delete-one jackknife variance: (n − 1)/n Σ (θ₍ᵢ₎ − mean)².
 * @param leaveOneOut the statistic without the i-th unit, for every i
 * @returns infinity with fewer than two units or when leaving one out makes the statistic infinite
 */
export function jackknifeVariance(leaveOneOut: readonly number[]): number {
  const n = leaveOneOut.length;
  if (n < 2 || !leaveOneOut.every(Number.isFinite)) return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (const value of leaveOneOut) sum += value;
  let squares = 0;
  for (const value of leaveOneOut) squares += exact.square(value - sum / n);
  return ((n - 1) / n) * squares;
}
