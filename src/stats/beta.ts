/** The regularised incomplete beta function, from which Student's t and the binomial tail follow. */
import * as exact from './exact.js';

/** Lanczos' coefficients for g = 7, nine terms: relative error below 1e-14 for positive arguments. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return logGamma(x + 1) - exact.log(x);
  const y = x - 1;
  const t = y + 7.5;
  let sum = lanczos[0] as number;
  for (let k = 1; k < lanczos.length; k++) sum += (lanczos[k] as number) / (y + k);
  return 0.5 * exact.log(2 * Math.PI) + (y + 0.5) * exact.log(t) - t + exact.log(sum);
}

/**
 * I_x(a, b) for a, b > 0 and x in [0, 1].
 * @param complement 1 − x, given separately by callers that know it more exactly than the subtraction would
 */
export function regularisedBeta(x: number, a: number, b: number, complement = 1 - x): number {
  if (x <= 0) return 0;
  if (complement <= 0) return 1;
  // The continued fraction converges fast on this side of the mean only; the other side is its mirror image.
  if (x > (a + 1) / (a + b + 2)) return 1 - regularisedBeta(complement, b, a, x);
  const front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * exact.log(x) + b * exact.log(complement);
  return (exact.exp(front) / a) * continuedFraction(x, a, b);
}

/** Lentz's evaluation of the continued fraction of I_x(a, b) (DLMF 8.17.22). */
function continuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const keepAway = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / keepAway(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / keepAway(1 + even * d);
    c = keepAway(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / keepAway(1 + odd * d);
    c = keepAway(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) return result;
  }
  return result;
}
