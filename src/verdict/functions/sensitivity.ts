/** What a run could have seen: a pass must have been able to fail. And how much more it would take. */

import { median } from 'simple-statistics';
import type { Policy } from '../../bundle/schema.js';
import { jointDf, type Variance } from '../../stats/dispersion.js';
import * as exact from '../../stats/exact.js';
import { pairsToProve, sufficientStandardError } from '../../stats/power.js';
import { type Panel, sumOfFirst } from '../captures/panel.js';
import type { Look } from '../pace/looks.js';
import { pairsDf } from '../total/layouts.js';
import type { Total } from '../total/total.js';
import type { FunctionFindings } from './test.js';

/** A pass claims that a function of this share getting this much slower would have been found. */
export const guardShare = 0.02;
const guardChange = 1.2;
/** With the default function margin: what lies between the margin and the guarded change. */
const guardDistance = exact.log(guardChange / 1.05);

export interface Sensitivity {
  readonly sufficient: boolean;
  readonly share: number;
  /** Change that is guarded against, e.g. 0.2. */
  readonly change: number;
  /** Samples a side: at hand (the scarcer side), and about how many are needed. */
  readonly samples: number;
  readonly neededSamples: number;
  /** Pairs that would do if they are like those at hand. */
  readonly neededPairs: number;
}

/**
 * Checks the standard error that a function of 2 % share has in these data, with their own dispersion, against what this
 * look's test of functions needs.
 */
export function checkSensitivity(
  panel: Panel,
  look: Look,
  total: Total,
  { findings, tests }: FunctionFindings,
  policy: Policy,
): Sensitivity {
  const share = Math.max(guardShare, policy.minShare);
  const distance = Math.max(guardDistance, exact.log(guardChange / (1 + policy.functionMargin)));
  const dispersion = typicalDispersion(panel, findings, look);
  const base = sumOfFirst(panel.totals.base.counts, look.pairs);
  const head = sumOfFirst(panel.totals.head.counts, look.pairs);
  const binomial = (1 / share - 1) * (1 / base + 1 / head);
  const ofShare = { variance: dispersion.variance * binomial, df: dispersion.df };
  const ofTotal = { variance: exact.square(total.log.standardError), df: total.log.df };
  const standardError = Math.sqrt(ofShare.variance + ofTotal.variance);
  const df = Number.isFinite(standardError) ? jointDf([ofShare, ofTotal]) : 1;
  const level = look.levels.functions / Math.max(1, tests);
  const allowed = sufficientStandardError(distance, df, level);
  // What the last look will allow is what more data have to reach.
  const allowedLast = sufficientStandardError(
    distance,
    Math.max(
      df,
      Math.min((policy.looks.at(-1) as number) - 1, total.log.layouts?.df ?? Number.POSITIVE_INFINITY),
    ),
    policy.alpha.functions / Math.max(1, tests),
  );
  // What code layouts add stays, however much is measured.
  const fixed = total.log.layouts?.variance ?? 0;
  const room = exact.square(allowedLast) - fixed;
  const factor = room > 0 ? (exact.square(standardError) - fixed) / room : Number.POSITIVE_INFINITY;
  return {
    sufficient: standardError <= allowed,
    share,
    change: exact.exp(distance) * (1 + policy.functionMargin) - 1,
    samples: Math.min(base, head),
    neededSamples: Math.min(base, head) * factor,
    neededPairs: look.pairs * factor,
  };
}

/** The middle of the tested functions, which share what they know of each other. */
function typicalDispersion(panel: Panel, findings: FunctionFindings['findings'], look: Look): Variance {
  const known = findings
    .filter(({ tested, estimate: { scarce } }) => tested && scarce === null)
    .map(({ estimate }) => estimate.dispersion);
  if (known.length === 0) return { variance: 1, df: pairsDf(look.pairs, panel.crossing) };
  return {
    variance: Math.max(1, median(known.map(({ variance }) => variance))),
    df: median(known.map(({ df }) => df)),
  };
}

/** No promise is made beyond so many times what was measured. */
export const mostTimes = 100;

/**
 * Pairs, more than there are, after which a decision can be expected: at the first look that reaches the needed number.
 * @param shiftPairs pairs after which it can be told of every function whether its cost only moved
 * @returns null when no number can be given
 */
export function morePairs(
  look: Look,
  total: Total,
  sensitivity: Sensitivity,
  shiftPairs: number,
  policy: Policy,
): number | null {
  const { mean, standardError, layouts = null } = total.log;
  const first = policy.looks[0] as number;
  if (!Number.isFinite(standardError)) return look.pairs > 0 ? Math.max(1, first - look.pairs) : null;
  const pairSd = Math.sqrt((exact.square(standardError) - (layouts?.variance ?? 0)) * look.pairs);
  const limit = exact.log1p(policy.totalMargin);
  const needed =
    mean > limit
      ? pairsToProve(pairSd, mean - limit, policy.alpha.fail, layouts)
      : Math.max(
          pairsToProve(pairSd, limit - Math.max(0, mean), policy.alpha.pass, layouts),
          sensitivity.sufficient ? 0 : sensitivity.neededPairs,
        );
  return pairsUntil(Math.max(needed, shiftPairs), look, policy);
}

/** Pairs, more than there are, to the first look that has so many; null when no number can be given. */
export function pairsUntil(needed: number, look: Look, { looks }: Policy): number | null {
  const atLeast = Math.max(needed, look.pairs + 1, looks[0] as number);
  if (!(atLeast <= look.pairs * mostTimes)) return null;
  const reached = looks.find((pairs) => pairs >= atLeast) ?? Math.ceil(atLeast);
  return reached - look.pairs;
}
