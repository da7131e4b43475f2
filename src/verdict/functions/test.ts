/** Which functions provably got slower or faster, at one look, with the error controlled over all of them. */

import type { Policy } from '../../bundle/schema.js';
import { isFunction } from '../../profile/compiling.js';
import { binomialUpperTail } from '../../stats/binomial.js';
import * as exact from '../../stats/exact.js';
import { benjaminiHochberg } from '../../stats/falseDiscovery.js';
import { holm } from '../../stats/holm.js';
import { studentSurvival, studentUpperQuantile } from '../../stats/student.js';
import type { Panel } from '../captures/panel.js';
import type { Look } from '../pace/looks.js';
import type { Bounded } from '../result.js';
import { finiteOrNull, type LogChange } from '../total/total.js';
import {
  estimateFunction,
  type FunctionEstimate,
  fewestSamples,
  moderated,
  type Scarce,
  type SideEstimate,
} from './estimate.js';

/** A function that is new, or that base hardly saw, must add this much to base's CPU time to be held against the change. */
export const newContribution = 0.002;

export type Proof = 'slower' | 'faster' | 'new' | 'gone';

export interface FunctionFinding {
  readonly estimate: FunctionEstimate;
  /** null where the function's share is below the policy's or no function is known: it was not tested. */
  readonly proof: Proof | null;
  readonly tested: boolean;
  /** Benjamini and Hochberg's, of the side the estimate is on; null where nothing was tested or may be claimed. */
  readonly q: number | null;
  readonly ratio: Bounded | null;
  readonly contribution: Bounded;
}

export interface FunctionFindings {
  /** Functions tested and functions above the minimum share on a side, in the order of their keys. */
  readonly findings: readonly FunctionFinding[];
  /** Size of the family. */
  readonly tests: number;
}

/**
 * Tests every function whose pooled share reaches the policy's minimum: `slower` rejects R ≤ 1 + δ, `faster` rejects
 * R ≥ 1/(1 + δ), each family by Holm at the look's level. Bounds are simultaneous (Bonferroni). q-values only say what is likely.
 * @param hidden share of base's CPU time without a name where that changed, else null: `slower` must then hold even if
 *               all of it was the function's own, and `faster` is not claimed at all
 */
export function testFunctions(
  panel: Panel,
  look: Look,
  total: LogChange,
  policy: Policy,
  hidden: number | null,
): FunctionFindings {
  const level = look.levels.functions;
  const estimates = panel.rows.map((row) => estimateFunction(panel, row, look.pairs, total));
  const matter = estimates.filter(
    ({ base, head, pooledShare }) =>
      base.share + head.share > 0 && Math.max(base.share, head.share, pooledShare) >= policy.minShare,
  );
  const shown = moderated(matter, total);
  const tested = shown.filter((estimate) => isTested(estimate, policy));
  const margin = exact.log1p(policy.functionMargin);
  const slowerPs = tested.map((estimate) => slowerP(withHidden(estimate, hidden ?? 0), total, margin));
  const fasterPs = tested.map((estimate) => (hidden === null ? fasterP(estimate, total, margin) : 1));
  const [slower, faster] = [holm(slowerPs), holm(fasterPs)];
  const [slowerQs, fasterQs] = [benjaminiHochberg(slowerPs), benjaminiHochberg(fasterPs)];
  const proofs = new Map<FunctionEstimate, Proof | null>();
  const qValues = new Map<FunctionEstimate, number>();
  for (const [index, estimate] of tested.entries()) {
    const isSlower = look.mayClaim && (slower[index] as number) <= level;
    const isFaster = look.mayClaim && (faster[index] as number) <= level;
    if (look.mayClaim) qValues.set(estimate, (estimate.log > 0 ? slowerQs : fasterQs)[index] as number);
    if (isSlower) proofs.set(estimate, estimate.base.share > 0 ? 'slower' : 'new');
    else if (isFaster) proofs.set(estimate, estimate.head.share > 0 ? 'faster' : 'gone');
  }
  const boundLevel = level / Math.max(1, tested.length);
  return {
    tests: tested.length,
    findings: shown.map((estimate) => {
      const proof = proofs.get(estimate) ?? null;
      const quantile = studentUpperQuantile(boundLevel, estimate.df);
      const bounds = functionBounds(estimate, quantile, proof, policy.functionMargin);
      const q = qValues.get(estimate) ?? null;
      return { estimate, proof, tested: isTested(estimate, policy), q, ...bounds };
    }),
  };
}

function isTested(estimate: FunctionEstimate, policy: Policy): boolean {
  const { row, pooledShare, pooledSamples } = estimate;
  return isFunction(row) && pooledShare >= policy.minShare && pooledSamples >= fewestSamples;
}

/** The estimate with `hidden` taken from what base is known to have spent elsewhere: the least increase there can be. */
function withHidden(estimate: FunctionEstimate, hidden: number): FunctionEstimate {
  const { base, contribution, log, scarce } = estimate;
  if (hidden === 0) return estimate;
  if (scarce === null) return { ...estimate, log: log - exact.log1p(hidden / base.share) };
  const samples = base.samples + hidden * base.exposure;
  return { ...estimate, base: { ...base, samples }, contribution: contribution - hidden };
}

/**
 * One-sided p-value against "R ≤ e^margin". A function that one side hardly saw is tested by the conditional binomial,
 * and must also provably add more than the least contribution of a new function.
 */
function slowerP(estimate: FunctionEstimate, total: Pick<LogChange, 'mean'>, margin: number): number {
  const { base, head, log, standardError, df, contribution, scarce } = estimate;
  if (head.share === 0) return 1;
  if (scarce === null) return upperTailP(log - margin, standardError, df);
  if (contribution <= 0) return 1;
  const grows = countsP(head, base, scarce.dispersion, margin - total.mean);
  const adds = upperTailP(
    exact.log(contribution / newContribution),
    scarce.contributionError / contribution,
    df,
  );
  return Math.max(grows, adds);
}

/** One-sided p-value against "R ≥ e^−margin". */
export function fasterP(estimate: FunctionEstimate, total: Pick<LogChange, 'mean'>, margin: number): number {
  const { base, head, log, standardError, df, scarce } = estimate;
  if (base.share === 0) return 1;
  if (scarce === null) return upperTailP(-log - margin, standardError, df);
  return countsP(base, head, scarce.dispersion, margin + total.mean);
}

function upperTailP(distance: number, standardError: number, df: number): number {
  if (!Number.isFinite(standardError)) return 1;
  if (standardError === 0) return distance > 0 ? 0 : 1;
  return studentSurvival(distance / standardError, df);
}

/**
 * Conditional binomial: the chance that as many of a function's samples fall on one side, if its CPU share there over
 * the other side's were e^logRatio. Clustered samples count as fewer: by their dispersion.
 */
function countsP(here: SideEstimate, there: SideEstimate, dispersion: number, logRatio: number): number {
  if (Math.max(here.samples, there.samples) < fewestSamples || !Number.isFinite(dispersion)) return 1;
  const weight = here.exposure * exact.exp(logRatio);
  const both = (here.samples + there.samples) / dispersion;
  return binomialUpperTail(here.samples / dispersion, both, weight / (weight + there.exposure));
}

/**
 * Bounds of a function's change and of what it contributes, so many standard errors of the logarithms away. Holm may
 * prove a little more than these simultaneous bounds show: a proven function is beyond the margin.
 */
export function functionBounds(
  estimate: FunctionEstimate,
  quantile: number,
  proof: Proof | null,
  margin: number,
): Pick<FunctionFinding, 'ratio' | 'contribution'> {
  const { base, head, log, standardError, contribution, scarce } = estimate;
  const change = within(exact.exp(log), quantile * standardError);
  const ratio = {
    ...change,
    lower: proof === 'slower' ? Math.max(change.lower ?? 0, 1 + margin) : change.lower,
    upper: proof === 'faster' ? Math.min(change.upper ?? 1, 1 / (1 + margin)) : change.upper,
  };
  if (scarce !== null) {
    const bounds = scarceContribution(estimate, scarce, quantile, proof, margin);
    return { ratio: base.share > 0 && head.share > 0 ? ratio : null, contribution: bounds };
  }
  const added = (value: number | null) => (value === null ? null : base.share * (value - 1));
  return {
    ratio,
    contribution: { estimate: contribution, lower: added(ratio.lower), upper: added(ratio.upper) },
  };
}

/**
 * What head spends less what base spent, each at its own limit. The logarithm of what one side hardly saw says nothing of
 * how much it could be: its limits are so many standard errors of the cost itself away.
 */
function scarceContribution(
  { base, head, contribution }: FunctionEstimate,
  { baseError, headError }: Scarce,
  quantile: number,
  proof: Proof | null,
  margin: number,
): Bounded {
  const [ofBase, ofHead] = head.samples >= base.samples ? [around, within] : [within, around];
  const before = ofBase(base.share, quantile * baseError);
  const after = ofHead(base.share + contribution, quantile * headError);
  const minus = (a: number | null, b: number | null) => (a === null || b === null ? null : a - b);
  const lower = minus(after.lower, before.upper);
  const upper = minus(after.upper, before.lower);
  const grew = proof === 'slower' || proof === 'new';
  const least = base.share * (1 / (1 + margin) - 1);
  return {
    estimate: contribution,
    lower: grew ? Math.max(lower ?? 0, newContribution) : lower,
    upper: proof === 'faster' ? Math.min(upper ?? 0, least) : upper,
  };
}

/** A positive figure with limits so far away in its logarithm; no limits where nothing bounds it. */
function within(estimate: number, reach: number): Bounded {
  if (estimate === 0) return { estimate, lower: 0, upper: 0 };
  if (!Number.isFinite(reach)) return { estimate, lower: null, upper: null };
  return {
    estimate,
    lower: estimate * exact.exp(-reach),
    upper: finiteOrNull(estimate * exact.exp(reach)),
  };
}

/** The same, so far away in proportion. */
function around(estimate: number, reach: number): Bounded {
  if (estimate === 0) return { estimate, lower: 0, upper: 0 };
  if (!Number.isFinite(reach)) return { estimate, lower: null, upper: null };
  return { estimate, lower: Math.max(0, estimate * (1 - reach)), upper: estimate * (1 + reach) };
}
