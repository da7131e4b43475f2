/** Whether it can still be expected to be decided: a run that cannot should say so early instead of spending its budget. */

import type { Policy } from '../../bundle/schema.js';
import * as exact from '../../stats/exact.js';
import { conditionalPower, type Interim, standardDeviationLimit } from '../../stats/power.js';
import type { Sensitivity } from '../functions/sensitivity.js';
import { type FunctionFinding, type FunctionFindings, newContribution } from '../functions/test.js';
import type { Total } from '../total/total.js';
import type { Look } from './looks.js';

/** A decision that is less likely than this is not waited for. */
const leastPower = 0.05;
/** Differences may vary less than they seem to: their standard deviation is taken at this one-sided limit. */
const sdLimit = 0.05;
/** Standard errors that a function which one side hardly saw may be off by. */
const scarceSigmas = 1.645;

/** What a look that decided nothing knows. */
export interface Undecided {
  readonly look: Look;
  readonly total: Total;
  readonly functions: FunctionFindings;
  readonly sensitivity: Sensitivity;
  readonly policy: Policy;
}

/**
 * Whether neither verdict can be expected any more: no proof of a slower total, of any slower function, nor of a pass,
 * with its total or with the sensitivity it takes, has a conditional power of 5 % at the end of the budget. Everything
 * is taken at its most favourable: the standard deviations at their lower limits, the last look with the whole of α,
 * and for a pass the pairs to come without a change where the ones so far have a slowdown. Non-binding: going on all the
 * same keeps every error probability.
 * @param finalPairs how many pairs there will be when budget or pairs are spent
 */
export function isFutile(undecided: Undecided, finalPairs: number): boolean {
  const { look, total, functions, policy } = undecided;
  const { mean, standardError, df } = total.log;
  if (!Number.isFinite(standardError) || standardError === 0) return false;
  if (finalPairs <= look.pairs) return true;
  const of = interimAt(look.pairs, finalPairs);
  const fail = conditionalPower(
    of(mean, standardError, df),
    exact.log1p(policy.totalMargin),
    policy.alpha.fail,
  );
  if (fail >= leastPower || passPower(undecided, finalPairs) >= leastPower) return false;
  return !functions.findings.some((finding) => mayFail(finding, undecided, finalPairs));
}

/** Probability of a pass at the end: of its total where the sensitivity can be reached, else none. */
function passPower({ look, total, sensitivity, policy }: Undecided, finalPairs: number): number {
  const { mean, standardError, df } = total.log;
  const luck = exact.square(standardDeviationLimit(1, df, sdLimit));
  if (!sensitivity.sufficient && sensitivity.neededPairs * luck > finalPairs) return 0;
  // Proven below the limit is proven above it, seen in the mirror.
  const mirrored = interimAt(look.pairs, finalPairs)(-mean, standardError, df);
  const trend = Math.max(-mean, 0);
  return conditionalPower({ ...mirrored, trend }, -exact.log1p(policy.totalMargin), policy.alpha.pass);
}

function mayFail(
  { estimate, tested }: FunctionFinding,
  { look, functions, policy }: Undecided,
  finalPairs: number,
): boolean {
  const { log, standardError, df, scarce, contribution } = estimate;
  if (scarce !== null) return contribution + scarceSigmas * scarce.contributionError > newContribution;
  if (!tested || !Number.isFinite(standardError)) return false;
  const interim = interimAt(look.pairs, finalPairs)(log, standardError, df);
  const alpha = policy.alpha.functions / Math.max(1, functions.tests);
  return conditionalPower(interim, exact.log1p(policy.functionMargin), alpha) >= leastPower;
}

/** The interim state of a mean, with the standard deviation of a pair at its lower limit and its own trend. */
function interimAt(pairs: number, finalPairs: number) {
  return (mean: number, standardError: number, df: number): Interim => {
    const pairSd = standardDeviationLimit(standardError * Math.sqrt(pairs), df, sdLimit);
    return { mean, pairSd, pairs, finalPairs, trend: mean };
  };
}
