/** How much values in a series resemble their neighbours, and what follows for resampling them. */

/** Correlation of values with the one before; 0 for fewer than three, or when they do not vary. */
export function autocorrelation(values: readonly number[]): number {
  const n = values.length;
  if (n < 3) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  let squares = 0;
  let products = 0;
  for (const [i, value] of values.entries()) {
    squares += (value - mean) ** 2;
    if (i > 0) products += (value - mean) * ((values[i - 1] as number) - mean);
  }
  return squares > 0 ? products / squares : 0;
}

/**
 * Length of the blocks with which a circular block bootstrap of a first-order autoregressive series errs least (Politis
 * and White, 2004): (6 φ² / (1 − φ²)²)^⅓ n^⅓.
 * @param phi autocorrelation
 * @returns at least 1, at most a fifth of the series
 */
export function blockLength(phi: number, n: number): number {
  const bounded = Math.min(0.95, Math.abs(phi));
  const best = ((6 * bounded ** 2) / (1 - bounded ** 2) ** 2) ** (1 / 3) * n ** (1 / 3);
  return Math.max(1, Math.min(Math.ceil(best), Math.floor(n / 5)));
}
