/** Whether something beside the verdict's own figures differs between the sides, pair by pair. */
import { studentSurvival } from '../../stats/student.js';
import { trimmedMean } from '../../stats/yuen.js';
import { fewestPairsForBounds } from '../total/total.js';

/**
 * Two-sided level at which a difference is beyond chance. A smaller one would see what disturbs one side later than the
 * total shows its effect; a larger one would doubt good verdicts, since it is asked at every look and of several figures.
 */
export const beyondChance = 0.01;

export interface PairedDifference {
  /** Trimmed mean of head − base. */
  readonly mean: number;
  readonly standardError: number;
  readonly df: number;
  /** Two-sided p-value against no difference. */
  readonly p: number;
}

/** @param differences head − base, one a pair; @returns null with too few of them */
export function pairedDifference(differences: readonly number[]): PairedDifference | null {
  if (differences.length < fewestPairsForBounds) return null;
  const { mean, standardError, df } = trimmedMean(differences);
  if (mean === 0) return { mean, standardError, df, p: 1 };
  const p = standardError === 0 ? 0 : 2 * studentSurvival(Math.abs(mean) / standardError, df);
  return { mean, standardError, df, p };
}
