/** Derivatives of ln Γ: what the moments of the logarithm of a variance are made of. */
import * as exact from './exact.js';

/** From here on the asymptotic series below are exact to a double. */
const seriesStart = 16;

/** Bernoulli numbers B₂, B₄, … B₁₄. */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6];

/** ψ(x), the derivative of ln Γ, for x > 0 (Abramowitz and Stegun 6.3.5 and 6.3.18). */
export function digamma(x: number): number {
  let value = 0;
  let y = x;
  for (; y < seriesStart; y++) value -= 1 / y;
  const square = 1 / (y * y);
  value += exact.log(y) - 0.5 / y;
  let power = square;
  for (const [index, number] of bernoulli.entries()) {
    value -= (number / (2 * index + 2)) * power;
    power *= square;
  }
  return value;
}

/** ψ′(x) for x > 0 (6.4.6 and 6.4.12). */
export function trigamma(x: number): number {
  let value = 0;
  let y = x;
  for (; y < seriesStart; y++) value += 1 / (y * y);
  const square = 1 / (y * y);
  value += 1 / y + 0.5 * square;
  let power = square / y;
  for (const number of bernoulli) {
    value += number * power;
    power *= square;
  }
  return value;
}

/** ψ″(x) for x > 0 (6.4.6 and 6.4.13). */
export function tetragamma(x: number): number {
  let value = 0;
  let y = x;
  for (; y < seriesStart; y++) value -= 2 / (y * y * y);
  const square = 1 / (y * y);
  value -= square + square / y;
  let power = square * square;
  for (const [index, number] of bernoulli.entries()) {
    value -= (2 * index + 3) * number * power;
    power *= square;
  }
  return value;
}

/**
 * The x > 0 with ψ′(x) = y. Newton's method on 1/ψ′, which is nearly straight and convex, from a start below the
 * solution: it ascends monotonically (Smyth, 2004, appendix).
 * @param y greater than 0
 */
export function trigammaInverse(y: number): number {
  // Where the steps below would lose digits, the leading term of either end is exact to a double.
  if (y > 1e15) return 1 / Math.sqrt(y);
  if (y < 1e-15) return 1 / y;
  let x = 0.5 + 1 / y;
  for (let step = 0; step < 50; step++) {
    const value = trigamma(x);
    const change = (value * (1 - value / y)) / tetragamma(x);
    x += change;
    if (Math.abs(change) <= 1e-14 * x) break;
  }
  return x;
}
