/** Variances of many alike things, each known from few data: what one says too little of, all say together. */

import { median } from 'simple-statistics';
import * as exact from './exact.js';
import { fisherSurvival } from './fisher.js';
import { digamma, trigamma, trigammaInverse } from './polygamma.js';

/** How the true variances are spread: s₀² d₀ / χ²(d₀). */
export interface VariancePrior {
  /** s₀² */
  readonly variance: number;
  /** d₀: 0 where nothing is known of the others, infinite where all variances are the same. */
  readonly df: number;
}

export interface Variance {
  readonly variance: number;
  readonly df: number;
}

/** Smaller variances than this part of the median are taken for it: their logarithm says nothing. */
const smallest = 1e-5;

/**
 * Empirical-Bayes prior of variances from the moments of their logarithms (Smyth, Linear models and empirical Bayes
 * methods, 2004; limma's fitFDist): ln s² has mean ln s₀² + ψ(d/2) − ln(d/2) − ψ(d₀/2) + ln(d₀/2) and variance
 * ψ′(d/2) + ψ′(d₀/2).
 * @param variances estimated ones, each with `df` degrees of freedom; those that are not finite do not count
 */
export function variancePrior(variances: readonly number[], df: number): VariancePrior {
  const known = variances.filter(Number.isFinite);
  const first = known[0];
  if (first === undefined || !(df > 0)) return { variance: 1, df: 0 };
  if (known.length === 1) return { variance: first, df: 0 };
  const middle = median(known);
  if (middle <= 0) return { variance: 0, df: 0 };
  const logs = known.map((variance) => exact.log(Math.max(variance, smallest * middle)));
  const centre = mean(logs) - digamma(df / 2) + exact.log(df / 2);
  const average = mean(logs);
  const squares = logs.reduce((sum, log) => sum + exact.square(log - average), 0);
  const spread = squares / (logs.length - 1) - trigamma(df / 2);
  if (spread <= 0) return { variance: mean(known), df: Number.POSITIVE_INFINITY };
  const prior = 2 * trigammaInverse(spread);
  return { variance: exact.exp(centre + digamma(prior / 2) - exact.log(prior / 2)), df: prior };
}

/** A variance so large that the prior gives its like in fewer cases is not of the prior's family. */
const outlierLevel = 0.05;

/**
 * The posterior: a mean of prior and own variance, weighted by their degrees of freedom (limma's squeezeVar). An outlier
 * among the variances, by the F distribution its ratio to the prior has, keeps its own, as the others say nothing of it
 * (after Phipson, Lee, Majewski, Alexander and Smyth, Robust hyperparameter estimation, 2016).
 */
export function squeezed(own: Variance, prior: VariancePrior): Variance {
  if (prior.df === 0 || !Number.isFinite(own.variance)) return own;
  const ratio = own.variance / prior.variance;
  if (ratio > 1 && fisherSurvival(ratio, own.df, prior.df) < outlierLevel) return own;
  if (prior.df === Number.POSITIVE_INFINITY) return prior;
  return {
    variance: (prior.df * prior.variance + own.df * own.variance) / (prior.df + own.df),
    df: prior.df + own.df,
  };
}

/** Degrees of freedom of a sum of independent variances (Satterthwaite, 1946). */
export function jointDf(parts: readonly Variance[]): number {
  let sum = 0;
  let parted = 0;
  for (const { variance, df } of parts) {
    sum += variance;
    parted += exact.square(variance) / df;
  }
  return exact.square(sum) / parted;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
