/** Inverts the upper tail of a symmetric distribution. */
import * as exact from './exact.js';

/**
 * The x with survival(x) = p. Newton's method on ln survival, which is nearly straight in the tail, kept inside a bracket.
 * @param p        upper tail probability in (0, 1)
 * @param survival P(X > x), strictly decreasing, symmetric about 0
 * @param density  its negative derivative
 * @param start    about where it is, where that is known
 * @throws RangeError when p is not a probability strictly between 0 and 1
 */
export function tailQuantile(
  p: number,
  survival: (x: number) => number,
  density: (x: number) => number,
  start = 1,
): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`a tail probability lies between 0 and 1, not at ${p}`);
  if (p === 0.5) return 0;
  if (p > 0.5) return -tailQuantile(1 - p, survival, density);
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let x = start;
  for (let step = 0; step < 200; step++) {
    const tail = survival(x);
    if (tail > p) low = x;
    else high = x;
    const newton = x + (exact.log(tail / p) * tail) / density(x);
    const middle = high === Number.POSITIVE_INFINITY ? 2 * x : (low + high) / 2;
    const next = newton > low && newton < high ? newton : middle;
    if (Math.abs(next - x) <= 1e-14 * Math.abs(next)) return next;
    x = next;
  }
  return x;
}
