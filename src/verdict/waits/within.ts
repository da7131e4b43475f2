/** Whether all waiting within the work together is within its margin: what a pass takes where waits are enforced. */
import * as exact from '../../stats/exact.js';
import { pairsToProve } from '../../stats/power.js';
import { byStratum, type MeanEstimate } from '../../stats/stratified.js';
import { studentUpperQuantile } from '../../stats/student.js';
import { equalMeansP } from '../../stats/welch.js';
import type { Look } from '../pace/looks.js';
import { finiteOrNull } from '../total/total.js';
import { type Location, locate, trimmed, untrimmed, upperTail, type WaitEstimate } from './estimate.js';

/** Level at which runners are said to disagree. */
const disagreementLevel = 0.01;

export interface Within {
  /** Waits are too small to be judged, so there is nothing to prove. */
  readonly isSmall: boolean;
  /** Part of base's waits that was tolerated: the margin, or where that is not proven a waiver's ceiling. */
  readonly tolerated: number;
  readonly byCeiling: boolean;
  /** At the look's level for a pass. */
  readonly proven: boolean;
  /** Upper limit of the change at that level; null without one. */
  readonly upper: number | null;
  /** Pairs that would do if they are like those at hand; infinite when no number would. */
  readonly neededPairs: number;
  /** Whether the change differs between the runners of a merged bundle beyond chance. */
  readonly runnersDisagree: boolean;
}

/** What is tolerated: a part of base's waits, or a waiver's larger one. */
interface Tolerated {
  readonly margin: number;
  readonly ceiling: number;
  /** Nanoseconds per unit besides, of what is not in every capture; null where waits are too small to be judged. */
  readonly least: number | null;
}

/**
 * Rejects "head ≥ (1 + margin) base" at the look's level for a pass, as the total's pass does.
 * @param passAlpha error probability of a pass over all looks
 */
export function withinMargin(
  work: WaitEstimate,
  { margin, ceiling, least }: Tolerated,
  look: Look,
  passAlpha: number,
): Within {
  if (least === null) {
    const nothing = { upper: null, neededPairs: 0, runnersDisagree: false };
    return { isSmall: true, tolerated: margin, byCeiling: false, proven: true, ...nothing };
  }
  const unwaived = within(work, margin, least, look, passAlpha);
  if (unwaived.proven || ceiling <= margin) return { ...unwaived, tolerated: margin, byCeiling: false };
  return { ...within(work, ceiling, least, look, passAlpha), tolerated: ceiling, byCeiling: true };
}

function within(
  work: WaitEstimate,
  margin: number,
  least: number,
  look: Look,
  passAlpha: number,
): Omit<Within, 'tolerated' | 'byCeiling'> {
  const { distance, unchanged } = roomOf(work, margin, least);
  const { mean, standardError, df, layouts } = distance;
  const isKnown = Number.isFinite(standardError);
  const runnersDisagree = isKnown && disagree(byRunner(work));
  const level = look.levels.pass;
  const reach = () => studentUpperQuantile(level, df) * standardError;
  const pairSd = Math.sqrt((exact.square(standardError) - (layouts?.variance ?? 0)) * look.pairs);
  return {
    isSmall: false,
    proven: upperTail(distance) <= level && !runnersDisagree,
    upper: work.log !== null && isKnown ? finiteOrNull(exact.expm1(unchanged - mean + reach())) : null,
    neededPairs: isKnown
      ? pairsToProve(pairSd, Math.min(mean, unchanged), passAlpha, layouts)
      : Number.POSITIVE_INFINITY,
    runnersDisagree,
  };
}

/** How far below what is tolerated: positive within; and how far it would be without a change. */
function roomOf({ log, cells, grouping, base }: WaitEstimate, margin: number, least: number) {
  if (log !== null) {
    const unchanged = exact.log1p(margin);
    const distance: Location = { ...log, mean: unchanged - log.mean };
    return { distance, unchanged };
  }
  const room = cells.head.map((value, pair) => (1 + margin) * (cells.base[pair] as number) + least - value);
  return { distance: locate(room, grouping, untrimmed), unchanged: margin * base + least };
}

/** The runners' own changes; of what is not in every capture, differences. */
function byRunner({ cells, grouping, log }: WaitEstimate): MeanEstimate[] {
  const pairs = cells.base.map((base, pair) => ({ base, head: cells.head[pair] as number }));
  return byStratum(pairs, grouping.runners).map((own) =>
    log === null
      ? untrimmed(own.map(({ base, head }) => head - base))
      : trimmed(own.map(({ base, head }) => exact.log(head / base))),
  );
}

function disagree(runners: readonly MeanEstimate[]): boolean {
  const canTell = runners.every(({ standardError }) => standardError > 0);
  return runners.length > 1 && canTell && equalMeansP(runners) < disagreementLevel;
}
