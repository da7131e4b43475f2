/** Location of a sample that a few bad values cannot move: trimmed mean with its standard error. */
import * as exact from './exact.js';

export interface TrimmedMean {
  readonly mean: number;
  readonly standardError: number;
  /** Degrees of freedom of the t distribution of (mean − truth) / standardError. */
  readonly df: number;
  /** What each value moves the mean by, times n: winsorised about their mean and scaled. Their mean square is about n SE². */
  readonly influences: readonly number[];
}

/**
 * 20 % trimmed mean with the Tukey–McLaughlin standard error that Yuen (1974) uses: g = ⌊0.2 n⌋ values are cut at each
 * end, h = n − 2g remain, SE² = winsorised sum of squares / (h (h − 1)), df = h − 1.
 * @throws RangeError with fewer than two values
 */
export function trimmedMean(values: readonly number[]): TrimmedMean {
  const n = values.length;
  if (n < 2) throw new RangeError('a standard error needs two values at least');
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(0.2 * n);
  const kept = n - 2 * cut;
  const low = sorted[cut] as number;
  const high = sorted[n - 1 - cut] as number;
  let sum = 0;
  for (const value of sorted.slice(cut, n - cut)) sum += value;
  const winsorised = (value: number) => Math.min(high, Math.max(low, value));
  let winsorisedSum = 0;
  for (const value of sorted) winsorisedSum += winsorised(value);
  const winsorisedMean = winsorisedSum / n;
  let squares = 0;
  for (const value of sorted) squares += exact.square(winsorised(value) - winsorisedMean);
  return {
    mean: sum / kept,
    standardError: Math.sqrt(squares / (kept * (kept - 1))),
    df: kept - 1,
    influences: values.map((value) => ((winsorised(value) - winsorisedMean) * n) / kept),
  };
}
