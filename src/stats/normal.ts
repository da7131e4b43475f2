/** The standard normal distribution, accurate in relative terms far into its tail. */
import * as exact from './exact.js';
import { tailQuantile } from './tailQuantile.js';

const rootTwoPi = Math.sqrt(2 * Math.PI);
/** Where the series of the centre hands over to the continued fraction of the tail. */
const tailStart = 3;

export function normalDensity(z: number): number {
  return exact.exp(-0.5 * z * z) / rootTwoPi;
}

/** P(Z > z). */
export function normalSurvival(z: number): number {
  if (z < 0) return 1 - normalSurvival(-z);
  return z < tailStart ? 0.5 - centre(z) : tail(z);
}

/** The z with P(Z > z) = p, for p in (0, 1). */
export function normalUpperQuantile(p: number): number {
  // Its tail is between that of exp(−z²/2) and a part of it.
  const start = p < 0.3 ? Math.sqrt(-2 * exact.log(2 * p)) : 1;
  return tailQuantile(p, normalSurvival, normalDensity, start);
}

/** P(0 < Z < z) by Marsaglia's series (Evaluating the Normal Distribution, 2004): φ(z) (z + z³/3 + z⁵/(3·5) + …). */
function centre(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 3; term > 1e-18 * sum; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return sum * normalDensity(z);
}

/** P(Z > z) for large z by Laplace's continued fraction φ(z) / (z + 1/(z + 2/(z + 3/(z + …)))). */
function tail(z: number): number {
  let fraction = z;
  // Enough for full precision from the start of the tail on, where it takes the most.
  for (let k = Math.ceil(15 + 300 / (z * z)); k >= 1; k--) fraction = z + k / fraction;
  return normalDensity(z) / fraction;
}
