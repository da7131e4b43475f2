/** Variances of statistics that have no formula for them. */

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
  for (const value of leaveOneOut) squares += (value - sum / n) ** 2;
  return ((n - 1) / n) * squares;
}

/**
 * Delete-one jackknife covariance of two statistics of the same units: (n − 1)/n Σ (θ₍ᵢ₎ − mean)(η₍ᵢ₎ − mean).
 * @returns 0 where either says nothing
 */
export function jackknifeCovariance(first: readonly number[], second: readonly number[]): number {
  const n = Math.min(first.length, second.length);
  if (n < 2) return 0;
  let [sumFirst, sumSecond] = [0, 0];
  for (let i = 0; i < n; i++) {
    sumFirst += first[i] as number;
    sumSecond += second[i] as number;
  }
  let products = 0;
  for (let i = 0; i < n; i++) {
    products += ((first[i] as number) - sumFirst / n) * ((second[i] as number) - sumSecond / n);
  }
  return Number.isFinite(products) ? ((n - 1) / n) * products : 0;
}
