/** Whether several groups have one mean, where each varies in its own way. */

import { regularisedBeta } from './beta.js';
import * as exact from './exact.js';

export interface GroupMean {
  readonly mean: number;
  readonly standardError: number;
  readonly df: number;
}

/**
 * p-value of "all means are equal" by Welch's (1951) test; with trimmed means, Yuen's standard errors and h − 1 degrees
 * of freedom it is Yuen's (1974) extension.
 * @param groups at least two, each with a finite standard error above 0
 */
export function equalMeansP(groups: readonly GroupMean[]): number {
  const j = groups.length;
  if (j < 2) return 1;
  const weights = groups.map(({ standardError }) => 1 / exact.square(standardError));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const centre = groups.reduce((sum, { mean }, i) => sum + (weights[i] as number) * mean, 0) / whole;
  let between = 0;
  let correction = 0;
  for (const [i, { mean, df }] of groups.entries()) {
    const weight = weights[i] as number;
    between += weight * exact.square(mean - centre);
    correction += exact.square(1 - weight / whole) / df;
  }
  const f = between / (j - 1) / (1 + ((2 * (j - 2)) / (j * j - 1)) * correction);
  const df1 = j - 1;
  const df2 = (j * j - 1) / (3 * correction);
  return regularisedBeta(df2 / (df2 + df1 * f), df2 / 2, df1 / 2);
}
