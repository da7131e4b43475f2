/** A mean over strata, each of which varies in its own way. */
import * as exact from './exact.js';

export interface MeanEstimate {
  readonly mean: number;
  /** Infinite where it is not known. */
  readonly standardError: number;
  readonly df: number;
}

export interface StratumMean extends MeanEstimate {
  /** How many values it is made of. */
  readonly n: number;
}

/**
 * The strata's means weighted by their sizes: their variances add up, with the degrees of freedom of Welch (1947) and
 * Satterthwaite (1946). No stratum's scatter is taken for another's, and what differs between their means is in none.
 * @param strata at least one
 */
export function stratifiedMean(strata: readonly StratumMean[]): MeanEstimate {
  const [only] = strata;
  if (only !== undefined && strata.length === 1) return only;
  const total = strata.reduce((sum, { n }) => sum + n, 0);
  let mean = 0;
  let variance = 0;
  let spread = 0;
  for (const stratum of strata) {
    const weight = stratum.n / total;
    const part = exact.square(weight * stratum.standardError);
    mean += weight * stratum.mean;
    variance += part;
    spread += exact.square(part) / stratum.df;
  }
  if (!Number.isFinite(variance)) return { mean, standardError: Number.POSITIVE_INFINITY, df: 1 };
  const df = spread > 0 ? exact.square(variance) / spread : total - strata.length;
  return { mean, standardError: Math.sqrt(variance), df };
}

/** Values by stratum, in the order of the strata's numbers. @param strata each value's */
export function byStratum<T>(values: readonly T[], strata: readonly number[]): T[][] {
  const groups = new Map<number, T[]>();
  for (const [index, value] of values.entries()) {
    const stratum = strata[index] as number;
    const group = groups.get(stratum);
    if (group === undefined) groups.set(stratum, [value]);
    else group.push(value);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}
