/** Whether the measurement can carry a verdict at all. What fails here makes it inconclusive, never pass or fail. */

import { type BundleWorkload, type Side, type Stop, sides } from '../../bundle/schema.js';
import { type CaptureSummary, samplingText } from '../../bundle/summary.js';
import { sameRateP } from '../../stats/binomial.js';
import * as exact from '../../stats/exact.js';
import { change, count, margin, percent, plural, unitName } from '../../text/format.js';
import { capturesOf, type Pair, sumOver } from '../captures/pairs.js';
import { type Panel, sumOn, unresolvedPart } from '../captures/panel.js';
import type { Reason } from '../result.js';
import type { LogChange } from '../total/total.js';
import { checkForeign } from './foreign.js';
import { checkSettings, checkThrottling } from './settings.js';

const mostErrors = 0.01;
/** Two-sided level at which the sides' error rates differ beyond chance. */
const errorsLevel = 0.001;
const mostLost = 0.01;
const unitsTolerance = 0.02;
/** Of base's CPU time per unit. */
const mostUnresolvedChange = 0.02;
/** And beyond what sampling alone makes of it: so many standard errors. */
const unresolvedSigmas = 3;

/** Codes that no further pair can mend: measuring may stop. */
export const hopeless: ReadonlySet<string> = new Set([
  'zero_units',
  'no_cpu_time',
  'mixed_sampling',
  'environment_changed',
  'source_disagrees',
]);

/** How measuring ended, where that alone forbids a verdict. */
export function checkStop(stop: Stop | null, pairs: number): Reason | null {
  const after = `after ${plural(pairs, 'complete pair')}`;
  switch (stop?.reason) {
    case undefined:
      return reason('unfinished', `measuring did not come to its end: it was killed ${after}; run it again`);
    case 'interrupted':
      return reason('interrupted', `measuring was interrupted ${after}; run it again`);
    case 'unfit':
      return reason('zero_units', stop?.message ?? '');
    case 'error':
      return reason(
        'measuring_failed',
        `measuring failed ${after}: ${stop?.message}; mend that and run it again`,
      );
    default:
      return null;
  }
}

/** Everything that forbids a claim from these pairs; empty when they are sound. */
export function checkPairs(workload: BundleWorkload, pairs: readonly Pair[]): Reason[] {
  if (pairs.length === 0) {
    return [
      reason(
        'no_pairs',
        'there is no complete pair of captures: nothing can be compared across runs; run it again with time for some (gate.budget)',
      ),
    ];
  }
  const found = [
    ...checkWork(workload, pairs),
    checkMixedSampling(pairs),
    checkSettings(pairs),
    ...ofFirstRunner(pairs, (own) => [checkThrottling(own)]),
    ...ofFirstRunner(pairs, (own) => checkErrors(workload, own)),
    ...ofFirstRunner(pairs, (own) => [checkLost(own)]),
    ...ofFirstRunner(pairs, (own) => [checkForeign(own)]),
    ...ofFirstRunner(pairs, (own) => [checkOfferedRate(workload, own)]),
  ];
  return found.filter((each) => each !== null);
}

/** What the first runner that has something has: the captures of sound ones do not hide another's. */
function ofFirstRunner(
  pairs: readonly Pair[],
  check: (own: readonly Pair[]) => (Reason | null)[],
): (Reason | null)[] {
  for (const runner of new Set(pairs.map(({ base }) => base.runner))) {
    const found = check(pairs.filter(({ base }) => base.runner === runner));
    if (found.some((each) => each !== null)) return found;
  }
  return [];
}

function checkWork(workload: BundleWorkload, pairs: readonly Pair[]): Reason[] {
  const unit = unitName(workload.load);
  const found: Reason[] = [];
  for (const side of sides) {
    const idle = pairs.find(({ parts }) => parts[side].some(({ units }) => units === 0));
    const free = pairs.find(({ parts }) => parts[side].some(({ summary }) => summary.cpuNanoseconds === 0));
    if (idle) {
      found.push(
        reason('zero_units', `${side} did no work in pair ${idle.number}: 0 ${unit}s; check load and units`),
      );
    } else if (free) {
      const message = `${side} was charged no CPU time in pair ${free.number}: the profiled process did not do the work; let start: run what does, in the foreground`;
      found.push(reason('no_cpu_time', message));
    }
  }
  return found;
}

function checkMixedSampling(pairs: readonly Pair[]): Reason | null {
  const ways = new Set(pairs.flatMap(capturesOf).map(({ summary }) => samplingText(summary)));
  if (ways.size === 1) return null;
  const message = `the captures were sampled in different ways (${[...ways].sort().join('; ')}), which cannot be compared; set capture.event, capture.rate and capture.backend`;
  return reason('mixed_sampling', message);
}

function checkErrors(workload: BundleWorkload, pairs: readonly Pair[]): Reason[] {
  const unit = unitName(workload.load);
  const of = (side: Side) => {
    const units = sumOver(pairs, side, (capture) => capture.units);
    const errors = sumOver(pairs, side, (capture) => capture.errors);
    return { units, errors, rate: units > 0 ? errors / units : 0 };
  };
  const [base, head] = [of('base'), of('head')];
  const found: Reason[] = [];
  for (const [side, { units, errors, rate }] of [['base', base] as const, ['head', head] as const]) {
    if (rate > mostErrors) {
      const message = `${percent(rate)} of ${side}'s ${unit}s failed (${count(errors)} of ${count(units)}; ${margin(mostErrors)} is tolerated): failed work costs something else than work; mend what fails or offer less load`;
      found.push(reason('errors_high', message));
    }
  }
  if (found.length === 0 && sameRateP(base.errors, base.units, head.errors, head.units) < errorsLevel) {
    const message = `the sides fail differently: ${plural(base.errors, 'error')} in ${count(base.units)} ${unit}s on base, ${count(head.errors)} in ${count(head.units)} on head, more than chance explains, and failed work costs something else than work; mend what fails`;
    found.push(reason('errors_differ', message));
  }
  return found;
}

/** Lost samples of a capture, all causes. */
export function lostSamples({ lost }: CaptureSummary): number {
  return Object.values(lost).reduce((sum, each) => sum + each, 0);
}

function checkLost(pairs: readonly Pair[]): Reason | null {
  for (const side of sides) {
    const lost = sumOver(pairs, side, ({ summary }) => lostSamples(summary));
    const share = lost / Math.max(1, lost + sumOver(pairs, side, (capture) => capture.summary.samples));
    if (share > mostLost) {
      const isForeign = pairs.some(({ base }) => base.summary.source !== undefined);
      const cure = isForeign
        ? "lower the profiler's rate, give it a larger buffer, and let it write nothing else into its file"
        : 'lower capture.rate or give the collector a CPU of its own';
      const message = `${percent(share)} of ${side}'s samples were lost (${margin(mostLost)} is tolerated): ${cure}`;
      return reason('samples_lost', message);
    }
  }
  return null;
}

function checkOfferedRate(workload: BundleWorkload, pairs: readonly Pair[]): Reason | null {
  const { loop, rate } = workload.load;
  if (loop !== 'open') return null;
  const unit = unitName(workload.load);
  // What was offered was offered for the asked-for length; the capture's wall time has a start and an end around it.
  const seconds = pairs.reduce((sum, { parts }) => sum + parts.base.length, 0) * workload.captureSeconds;
  const achieved = (side: Side) => sumOver(pairs, side, (capture) => capture.units) / seconds;
  const perSecond = { base: achieved('base'), head: achieved('head') };
  for (const side of sides) {
    if (rate !== null && Math.abs(perSecond[side] / rate - 1) > unitsTolerance) {
      const message = `${side} did ${count(perSecond[side])} ${unit}s a second of ${count(rate)} offered (${change(perSecond[side] / rate - 1)}; ${margin(unitsTolerance)} is tolerated): offer a rate that both sides can serve`;
      return reason('rate_missed', message);
    }
  }
  if (Math.abs(perSecond.head / perSecond.base - 1) > unitsTolerance) {
    const message = `head did ${count(perSecond.head)} ${unit}s a second and base ${count(perSecond.base)} (${margin(unitsTolerance)} apart is tolerated): offer a rate that both sides can serve`;
    return reason('units_differ', message);
  }
  return null;
}

/** Code without a name that changed more than is tolerated. */
export interface Unresolved {
  readonly reason: Reason;
  /** Share of base's CPU time that could be any function's. */
  readonly baseShare: number;
}

/**
 * Code without a name is compared per unit of work: its mere share changes with everything else. When it changes, what
 * is attributed to functions cannot be trusted on one side; the total, which needs no names, can. CPU time that no
 * sample could be taken in does not count: it is the scheduler's, which holds the clock's ticks off, and no function's.
 * Every runner is asked by itself: one without symbols is not hidden by others.
 * @returns null when it is small enough or did not change
 */
export function checkUnresolved(n: number, panel: Panel, total: LogChange): Unresolved | null {
  const runners = [...new Set(panel.runners.slice(0, n))];
  for (const runner of runners) {
    const of = (side: Side) => {
      const share = unresolvedPart(panel, side, n, runner);
      const samples = Math.max(1, sumOn(runner, panel, panel.totals[side].counts, n));
      return { share, variance: (share * (1 - share)) / samples };
    };
    const [base, head] = [of('base'), of('head')];
    const moved = head.share * exact.exp(total.mean) - base.share;
    const chance = unresolvedSigmas * Math.sqrt(base.variance + head.variance);
    if (Math.abs(moved) <= Math.max(mostUnresolvedChange, chance)) continue;
    const where = runners.length > 1 ? ` on runner ${runner + 1}` : '';
    const message = `code without symbols takes ${percent(base.share)} of base's CPU time and ${percent(head.share)} of head's${where}, where more functions may have changed: build both sides with the same symbols (not stripped)`;
    return { reason: reason('unresolved_differs', message), baseShare: unresolvedPart(panel, 'base', n) };
  }
  return null;
}

function reason(code: string, message: string): Reason {
  return { code, message };
}
