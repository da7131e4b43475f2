/** Student's t distribution; degrees of freedom are any positive number. */

import { logGamma, regularisedBeta } from './beta.js';
import * as exact from './exact.js';
import { normalUpperQuantile } from './normal.js';
import { tailQuantile } from './tailQuantile.js';

/** P(T > t) with `df` degrees of freedom: exact in relative terms in the far tail, where tests are decided. */
export function studentSurvival(t: number, df: number): number {
  if (t < 0) return 1 - studentSurvival(-t, df);
  if (t === Number.POSITIVE_INFINITY) return 0;
  const square = t * t;
  return 0.5 * regularisedBeta(df / (df + square), df / 2, 0.5, square / (df + square));
}

/** The t with P(T > t) = p, for p in (0, 1). */
export function studentUpperQuantile(p: number, df: number): number {
  const logFront = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * exact.log(df * Math.PI);
  const density = (t: number) => exact.exp(logFront - ((df + 1) / 2) * exact.log1p((t * t) / df));
  return tailQuantile(p, (t) => studentSurvival(t, df), density, aboutQuantile(p, df));
}

/** The first terms of the expansion around the normal quantile (Abramowitz and Stegun 26.7.5). */
function aboutQuantile(p: number, df: number): number {
  if (!(p < 0.3) || df < 4) return 1;
  const z = normalUpperQuantile(p);
  const square = z * z;
  const first = (z * (square + 1)) / 4;
  const second = (z * ((5 * square + 16) * square + 3)) / 96;
  return z + (first + second / df) / df;
}
