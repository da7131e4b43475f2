/** Whether something beside the verdict's own figures differs between the sides, pair by pair. */
import { byStratum, type MeanEstimate, stratifiedMean } from '../../stats/stratified.js';
import { studentSurvival } from '../../stats/student.js';
import { trimmedMean } from '../../stats/yuen.js';
import type { Pair } from '../captures/pairs.js';
import { fewestPairsForBounds } from '../total/total.js';

/**
 * Two-sided level at which a difference is beyond chance. A smaller one would see what disturbs one side later than the
 * total shows its effect; a larger one would doubt good verdicts, since it is asked at every look and of several figures.
 */
export const beyondChance = 0.01;

export interface PairedDifference {
  /** Trimmed mean of head − base; of several runners their means weighted by their pairs, as the total is. */
  readonly mean: number;
  /** Two-sided p-value against no difference, on any runner or on all together. */
  readonly p: number;
}

/**
 * Compares the sides within each runner: what is quiet or noisy on one hides nothing on another.
 * @param differenceOf head − base of a pair; null where that was not measured
 * @returns null with too few of them
 */
export function pairedDifference(
  pairs: readonly Pair[],
  differenceOf: (pair: Pair, index: number) => number | null,
): PairedDifference | null {
  const known = pairs.flatMap((pair, index) => {
    const difference = differenceOf(pair, index);
    return difference === null ? [] : [{ difference, runner: pair.base.runner ?? 0 }];
  });
  const strata = byStratum(
    known,
    known.map(({ runner }) => runner),
  )
    .filter((own) => own.length >= fewestPairsForBounds)
    .map((own) => ({ n: own.length, ...trimmedMean(own.map(({ difference }) => difference)) }));
  if (strata.length === 0) return null;
  const whole = stratifiedMean(strata);
  if (strata.length === 1) return { mean: whole.mean, p: twoSidedP(whole) };
  const onAny = strata.length * Math.min(...strata.map(twoSidedP));
  return { mean: whole.mean, p: Math.min(1, 2 * Math.min(twoSidedP(whole), onAny)) };
}

function twoSidedP({ mean, standardError, df }: MeanEstimate): number {
  if (mean === 0) return 1;
  return standardError === 0 ? 0 : 2 * studentSurvival(Math.abs(mean) / standardError, df);
}
