/** Confidence limits of a proportion. */
import { regularisedBeta } from './beta.js';

/**
 * One-sided upper confidence limit of a binomial probability (Clopper and Pearson, 1934): the largest one with which so
 * few hits would still be seen with probability `alpha`.
 * @param hits  of `tries`
 * @param alpha 0.05 for a limit at 95 %
 */
export function upperProportion(hits: number, tries: number, alpha: number): number {
  if (tries === 0 || hits >= tries) return 1;
  let low = hits / tries;
  let high = 1;
  // P(X ≤ hits) falls from above alpha to 0 between them.
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (1 - regularisedBeta(middle, hits + 1, tries - hits) > alpha) low = middle;
    else high = middle;
  }
  return high;
}
