/**
 * Runners as strata. What a runner adds to both sides of its pairs is gone in their difference; what is left is that the
 * change may cost different amounts on different machines, and that machines are differently noisy. So each runner's
 * effect is estimated from its own pairs, and they are averaged by their pairs: no runner's noise is taken for
 * another's, and a machine on which the change costs more widens nothing and fakes nothing.
 */

import * as exact from '../../stats/exact.js';
import { byStratum, stratifiedMean } from '../../stats/stratified.js';
import { equalMeansP } from '../../stats/welch.js';
import { change, percent, plural } from '../../text/format.js';
import type { Pair } from '../captures/pairs.js';
import type { Reason } from '../result.js';
import { crossingOf } from './layouts.js';
import { type LogChange, logChanges, meanLogChange } from './total.js';

/** Level at which runners are said to disagree. */
const disagreementLevel = 0.01;

interface Stratum {
  readonly runner: number;
  readonly pairs: readonly Pair[];
  readonly log: LogChange;
}

/** By runner, in the runners' order; one stratum where there are no runners. */
function strataOf(pairs: readonly Pair[]): Stratum[] {
  return byStratum(pairs, runnersOf(pairs)).map((own) => {
    const runner = runnersOf(own)[0] ?? 0;
    return { runner, pairs: own, log: meanLogChange(logChanges(own)) };
  });
}

/** The runner of each pair; all the same where there are none. */
export function runnersOf(pairs: readonly Pair[]): number[] {
  return pairs.map(({ base }) => base.runner ?? 0);
}

/**
 * ln change of CPU time per unit over all pairs: the runners' trimmed means, weighted by their pairs, with the
 * Welch–Satterthwaite degrees of freedom. Without runners it is the plain trimmed mean.
 */
export function totalLogChange(pairs: readonly Pair[]): LogChange {
  const strata = strataOf(pairs);
  if (strata.length < 2) return meanLogChange(logChanges(pairs), crossingOf(pairs));
  const whole = stratifiedMean(strata.map((stratum) => ({ n: stratum.pairs.length, ...stratum.log })));
  if (!Number.isFinite(whole.standardError)) return { ...whole, leaveOneOut: [] };
  const { mean } = whole;
  const leaveOneOut = new Map<number, number>();
  for (const { pairs: own, log } of strata) {
    const weight = own.length / pairs.length;
    for (const [index, pair] of own.entries()) {
      leaveOneOut.set(pair.number, mean + weight * ((log.leaveOneOut[index] ?? log.mean) - log.mean));
    }
  }
  return { ...whole, leaveOneOut: pairs.map(({ number }) => leaveOneOut.get(number) ?? mean) };
}

/** What there is to say of several runners. */
export interface Agreement {
  /** Each runner's own change; null without runners. */
  readonly said: Reason | null;
  /** Whether the change differs between the runners beyond chance: what holds on average then need not hold on each. */
  readonly disagree: boolean;
}

/** Compares the runners' changes with each other. */
export function agreement(pairs: readonly Pair[]): Agreement {
  const strata = strataOf(pairs);
  if (strata.length < 2) return { said: null, disagree: false };
  const groups = strata.map(({ log }) => log);
  const canTell = groups.every(({ standardError }) => Number.isFinite(standardError) && standardError > 0);
  const p = canTell ? equalMeansP(groups) : 1;
  const disagree = p < disagreementLevel;
  const each = strata.map(
    ({ runner, pairs: own, log }) =>
      `${change(exact.expm1(log.mean))} on runner ${runner + 1} (${plural(own.length, 'pair')})`,
  );
  return {
    said: {
      code: disagree ? 'runners_disagree' : 'runners_agree',
      message: disagree
        ? `the change is not the same on all runners: ${each.join(', ')}; by chance they would differ so in ${percent(p)} of runs. Judge each runner's bundle by itself, and merge those of equal machines`
        : `the runners agree: ${each.join(', ')}`,
    },
    disagree,
  };
}
