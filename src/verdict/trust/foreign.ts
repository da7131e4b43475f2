/**
 * Whether another profiler's samples stand for the CPU time that the kernel counted. Functions get their shares from the
 * samples: where much of the time is not in them, or more on one side than on the other, a share is one of something else.
 */

import { type Side, sides } from '../../bundle/schema.js';
import type { CaptureSummary } from '../../bundle/summary.js';
import * as exact from '../../stats/exact.js';
import { margin, percent } from '../../text/format.js';
import { type Pair, sumOver } from '../captures/pairs.js';
import type { Reason } from '../result.js';
import { beyondChance, pairedDifference } from './pairedDifference.js';

/**
 * Samples may stand for so much of the CPU time. Attaching takes a profiler some of a short capture, and the load's end may
 * be in its profile without having been counted; timers of signals lose what comes while one is pending.
 */
const least = 0.6;
const most = 1.2;
/** Of the logarithm, between the sides: as much as one function of that share that is not seen on one of them. */
const mostDifference = 0.1;

/** Why functions cannot be judged by these samples; null where they can, or are the collector's own. */
export function checkForeign(pairs: readonly Pair[]): Reason | null {
  if (!pairs.every(({ base, head }) => isTimed(base.summary) && isTimed(head.summary))) return null;
  for (const side of sides) {
    const part = coverage(pairs, side);
    if (part >= least && part <= most) continue;
    return disagree(
      `its samples stand for ${percent(part)} of the CPU time that the kernel counted for ${side} (${margin(least)} to ${margin(most)} is tolerated)`,
      part < least
        ? 'let it profile the same processes for as long as the load runs, at a rate it can keep'
        : 'let it profile the service alone, CPU time and no other clock, and check interval',
    );
  }
  const found = pairedDifference(pairs, (pair) => {
    const [base, head] = [coverage([pair], 'base'), coverage([pair], 'head')];
    return base > 0 && head > 0 ? exact.log(head / base) : null;
  });
  if (found === null || found.p > beyondChance || Math.abs(found.mean) <= mostDifference) return null;
  return disagree(
    `its samples stand for ${percent(coverage(pairs, 'base'))} of the CPU time that the kernel counted for base and for ${percent(coverage(pairs, 'head'))} of head's`,
    'what it does not see on one side could be any function: take a lower rate, or leave source: out',
  );
}

function disagree(what: string, cure: string): Reason {
  return {
    code: 'source_disagrees',
    message: `the profile and the kernel disagree: ${what}; ${cure}`,
  };
}

/** What a verdict by another profiler's samples rests on; null where they are the collector's own. */
export function foreignSamples(pairs: readonly Pair[]): Reason | null {
  const [first] = pairs;
  const source = first?.base.summary.source;
  if (first === undefined || source === undefined) return null;
  const { rateHz } = first.base.summary;
  const parts = sides.map((side) => percent(coverage(pairs, side)));
  const share = source.isTimed
    ? `stand for ${parts[0]} of base's and ${parts[1]} of head's CPU time`
    : 'do not say what CPU time they stand for';
  return {
    code: 'source_samples',
    message: `functions' shares are by ${source.format}, whose samples (about ${rateHz} a second) ${share}; the total is the kernel's; a program in step with samples at equal distances is seen wrongly`,
  };
}

function isTimed({ source }: CaptureSummary): boolean {
  return source?.isTimed ?? false;
}

function coverage(pairs: readonly Pair[], side: Side): number {
  const counted = sumOver(pairs, side, ({ summary }) => summary.cpuNanoseconds);
  return counted > 0 ? sumOver(pairs, side, ({ summary }) => summary.weight) / counted : 1;
}
