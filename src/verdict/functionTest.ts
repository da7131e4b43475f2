/** Which functions provably got slower or faster, at one look, with the error controlled over all of them. */
import type { Policy } from '../bundle/schema.js';
import { binomialUpperTail } from '../stats/binomial.js';
import { holm } from '../stats/holm.js';
import { studentSurvival, studentUpperQuantile } from '../stats/student.js';
import { estimateFunction, type FunctionEstimate, type SideEstimate } from './functionEstimate.js';
import type { Look } from './looks.js';
import type { Panel } from './panel.js';
import type { Bounded } from './result.js';
import { finiteOrNull, type LogChange } from './total.js';

/** With fewer samples of a function in all, neither the normal nor the binomial approximation says anything. */
export const fewestSamples = 10;
/** A function that is new must add this much to base's CPU time to be held against the change. */
const newContribution = 0.002;

export type Proof = 'slower' | 'faster' | 'new' | 'gone';

export interface FunctionFinding {
  readonly estimate: FunctionEstimate;
  /** null where the function's share is below the policy's or no function is known: it was not tested. */
  readonly proof: Proof | null;
  readonly tested: boolean;
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
 * R ≥ 1/(1 + δ), each family by Holm at the look's level. Bounds are simultaneous (Bonferroni).
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
  const shown = estimates.filter(
    ({ base, head, pooledShare }) =>
      base.share + head.share > 0 && Math.max(base.share, head.share, pooledShare) >= policy.minShare,
  );
  const tested = shown.filter((estimate) => isTested(estimate, policy));
  const margin = Math.log1p(policy.functionMargin);
  const slower = holm(
    tested.map((estimate) => slowerP(withHidden(estimate, hidden ?? 0), total, margin, newContribution)),
  );
  const faster = holm(tested.map((estimate) => fasterP(estimate, total, margin)));
  const proofs = new Map<FunctionEstimate, Proof | null>();
  for (const [index, estimate] of tested.entries()) {
    const isSlower = look.mayClaim && (slower[index] as number) <= level;
    const isFaster = look.mayClaim && hidden === null && (faster[index] as number) <= level;
    if (isSlower) proofs.set(estimate, estimate.base.share > 0 ? 'slower' : 'new');
    else if (isFaster) proofs.set(estimate, estimate.head.share > 0 ? 'faster' : 'gone');
  }
  const quantile = studentUpperQuantile(level / Math.max(1, tested.length), Math.max(1, look.pairs - 1));
  return {
    tests: tested.length,
    findings: shown.map((estimate) => {
      const proof = proofs.get(estimate) ?? null;
      const bounds = functionBounds(estimate, quantile, proof, policy.functionMargin);
      return { estimate, proof, tested: isTested(estimate, policy), ...bounds };
    }),
  };
}

function isTested(estimate: FunctionEstimate, policy: Policy): boolean {
  const { row, pooledShare, pooledSamples } = estimate;
  return row.resolved && pooledShare >= policy.minShare && pooledSamples >= fewestSamples;
}

/** The estimate with `hidden` taken from what base is known to have spent elsewhere: the least increase there can be. */
function withHidden(estimate: FunctionEstimate, hidden: number): FunctionEstimate {
  const { base, contribution, log } = estimate;
  if (hidden === 0) return estimate;
  if (base.share > 0) return { ...estimate, log: log - Math.log1p(hidden / base.share) };
  return {
    ...estimate,
    log: contribution > hidden ? Math.log(contribution - hidden) : Number.NEGATIVE_INFINITY,
  };
}

/**
 * One-sided p-value against "R ≤ e^margin". A function base never saw is tested by the conditional binomial, and must
 * also provably add more than `leastContribution`.
 */
export function slowerP(
  estimate: FunctionEstimate,
  total: LogChange,
  margin: number,
  leastContribution: number,
): number {
  const { base, head, log } = estimate;
  if (head.share === 0) return 1;
  if (base.share > 0) return upperTailP(log - margin, estimate);
  const appears = onlyHereP(head, base, estimate.dispersion, margin - total.mean);
  return Math.max(appears, upperTailP(log - Math.log(leastContribution), estimate));
}

/** One-sided p-value against "R ≥ e^−margin". */
export function fasterP(estimate: FunctionEstimate, total: Pick<LogChange, 'mean'>, margin: number): number {
  const { base, head, log } = estimate;
  if (base.share === 0) return 1;
  if (head.share > 0) return upperTailP(-log - margin, estimate);
  return onlyHereP(base, head, estimate.dispersion, margin + total.mean);
}

function upperTailP(distance: number, { standardError, df }: FunctionEstimate): number {
  if (!Number.isFinite(standardError)) return 1;
  if (standardError === 0) return distance > 0 ? 0 : 1;
  return studentSurvival(distance / standardError, df);
}

/**
 * Conditional binomial: the chance that all samples of a function fall on one side, if its CPU share there over the
 * other side's were e^logRatio. Clustered samples count as fewer: by their dispersion.
 */
function onlyHereP(here: SideEstimate, there: SideEstimate, dispersion: number, logRatio: number): number {
  if (here.samples < fewestSamples || !Number.isFinite(dispersion)) return 1;
  const weight = here.allSamples * Math.exp(logRatio);
  const effective = here.samples / dispersion;
  return binomialUpperTail(effective, effective, weight / (weight + there.allSamples));
}

/** Bounds of a function's change and of what it contributes, each so many standard errors of its logarithm away. */
export function functionBounds(
  estimate: FunctionEstimate,
  quantile: number,
  proof: Proof | null,
  margin: number,
): Pick<FunctionFinding, 'ratio' | 'contribution'> {
  const { base, head, contribution, log, standardError } = estimate;
  const bounded = Number.isFinite(standardError);
  const reach = bounded ? quantile * standardError : Number.POSITIVE_INFINITY;
  const lower = bounded ? Math.exp(log - reach) : null;
  const upper = finiteOrNull(Math.exp(log + reach));
  if (base.share === 0) return { ratio: null, contribution: { estimate: contribution, lower, upper } };
  if (head.share === 0) {
    const mirrored = { lower: upper === null ? null : -upper, upper: lower === null ? null : -lower };
    return { ratio: null, contribution: { estimate: contribution, ...mirrored } };
  }
  // Holm may prove a little more than the simultaneous bounds show: a proven function is beyond the margin.
  const ratio = {
    estimate: Math.exp(log),
    lower: lower !== null && proof === 'slower' ? Math.max(lower, 1 + margin) : lower,
    upper: upper !== null && proof === 'faster' ? Math.min(upper, 1 / (1 + margin)) : upper,
  };
  const added = (value: number | null) => (value === null ? null : base.share * (value - 1));
  return {
    ratio,
    contribution: { estimate: contribution, lower: added(ratio.lower), upper: added(ratio.upper) },
  };
}
