/** How a workload is measured, chosen from what a pilot saw of it: length and rate of captures, launches, pairs, looks. */

import { automaticPairs, fewestLaunches, fewestPairs, planLooks } from '../bundle/schedule.js';
import type { GateLimits } from '../config/plan.js';
import { automaticRate } from './rate.js';

/** Starting, ending and warming up may take a third of the time: captures are twice as long as what surrounds them. */
const secondsPerOverhead = 2;
/** Work a capture should hold, so that single requests and runs average out. */
const unitsPerCapture = 2000;
const runsPerCapture = 3;
/** Whole seconds, since load generators take no others. */
const shortest = 1;
const longest = 10;
/** A budget should allow so many pairs; captures are shorter where it does not. */
const wantedPairs = 24;

/** A launch that takes longer is kept for several pairs. */
const shortLaunchSeconds = 3;
const mostPairsPerLaunch = 10;

const shortestTurn = 0.1;
/** To each of the requests under way at once. */
const answersPerTurn = 20;
/** Of a side in a capture; with fewer nothing would be won. */
const fewestTurns = 2;

/** What a pilot saw, of the two sides' captures the mean. */
export interface Seen {
  readonly isBatch: boolean;
  /** Units of work a second of capture, of the slower side. */
  readonly unitsPerSecond: number;
  /** CPUs' worth of time the measured program took. */
  readonly busyCpus: number;
  /** Around a capture: ending what was started, loading and ending the collector, reading the profile. */
  readonly overheadSeconds: number;
  /** Starting and warming up a service. */
  readonly launchSeconds: number;
  /** Samples for a second of CPU time, where another profiler takes them. */
  readonly foreignHz: number | null;
}

/** What was asked for; null: to be chosen. */
export interface Asked {
  readonly seconds: number | null;
  readonly rateHz: number | null;
  readonly mostPairs: number | null;
  /** What is left of the budget. */
  readonly budgetSeconds: number;
  /** The same of the gate that length of captures and pairs a launch are chosen for; null: for this run. */
  readonly like: GateLimits | null;
  /** Whether both sides' services may run at once. */
  readonly mayRunBoth: boolean;
  /** Length of a turn; null: to be chosen, 0: one capture after the other. */
  readonly turnSeconds: number | null;
  /** Requests that a load which can be offered in turns keeps under way; null where it cannot. */
  readonly atOnce: number | null;
}

export interface Pace {
  readonly seconds: number;
  readonly rateHz: number;
  /** Length of a turn where both sides' services run at once and are loaded in turns; null: one capture after the other. */
  readonly turnSeconds: number | null;
  /** Pairs in a row that share a launch of each side. */
  readonly pairsPerLaunch: number;
  /** Seconds expected of a pair, or of those that share a launch together. */
  readonly pairSeconds: number;
  /** How many of those are expected to fit into the budget. */
  readonly expected: number;
  /** In pairs, or launches where several pairs share one. */
  readonly looks: readonly number[];
}

/**
 * Chooses what was not asked for. Where noise is slow drift, short captures are best; where it is from moment to moment,
 * long ones are, which pay seldom for what surrounds them. Twice what surrounds them lies between: docs/pacing.md.
 */
export function choosePace(seen: Seen, asked: Asked): Pace {
  const { launchSeconds, overheadSeconds, busyCpus } = seen;
  const isShort = launchSeconds <= shortLaunchSeconds;
  const around = overheadSeconds + (isShort ? launchSeconds : shortLaunchSeconds);
  const limits = asked.like ?? asked;
  const seconds = asked.seconds ?? automaticSeconds(seen, around, limits.budgetSeconds);
  const rateHz = seen.foreignHz ?? asked.rateHz ?? automaticRate(seconds, busyCpus);
  const automatic = automaticPairs(seconds * rateHz * busyCpus);
  const mostPairs = asked.mostPairs ?? automatic;
  const captured = 2 * (capturedSeconds(seen, seconds) + overheadSeconds);
  const launched = 2 * launchSeconds;
  const pairsPerLaunch =
    isShort || !asked.mayRunBoth
      ? 1
      : sharedBy(launched, captured, limits.mostPairs ?? automatic, limits.budgetSeconds);
  const pairSeconds = launched + pairsPerLaunch * captured;
  const expected = Math.floor(asked.budgetSeconds / pairSeconds);
  const looks = planLooks(Math.ceil(mostPairs / pairsPerLaunch), expected);
  const turnSeconds = turnsOf(seen, asked, seconds);
  return { seconds, rateHz, turnSeconds, pairsPerLaunch, pairSeconds, expected, looks };
}

/** Whether both sides' services run at once. */
export function runsBoth({ turnSeconds, pairsPerLaunch }: Pace): boolean {
  return turnSeconds !== null || pairsPerLaunch > 1;
}

/** Whether the budget allows any claim at all. */
export function isHopeless({ expected, looks }: Pace): boolean {
  return expected < Math.min(fewestPairs, looks[0] as number);
}

function automaticSeconds(seen: Seen, around: number, budgetSeconds: number): number {
  const units = (seen.isBatch ? runsPerCapture : unitsPerCapture) / seen.unitsPerSecond;
  const wanted = Math.ceil(Math.max(secondsPerOverhead * around, units));
  const affordable = Math.floor(budgetSeconds / (2 * wantedPairs) - around);
  return Math.max(shortest, Math.min(longest, wanted, affordable));
}

/**
 * Length of a turn, so that whole turns fill a capture. As short as it can be, since what disturbs a machine for longer than
 * two turns disturbs both sides alike; long enough that what is under way when a turn ends is little of it.
 */
function turnsOf({ unitsPerSecond }: Seen, asked: Asked, seconds: number): number | null {
  const { atOnce, turnSeconds, mayRunBoth } = asked;
  if (!mayRunBoth || atOnce === null || turnSeconds === 0) return null;
  const wanted = turnSeconds ?? Math.max(shortestTurn, (answersPerTurn * atOnce) / unitsPerSecond);
  const turns = Math.round(seconds / wanted);
  return turns < fewestTurns ? null : seconds / turns;
}

/** A batch program is captured to the end of its last run. */
function capturedSeconds({ isBatch, unitsPerSecond }: Seen, seconds: number): number {
  return isBatch ? Math.ceil(seconds * unitsPerSecond) / unitsPerSecond : seconds;
}

/**
 * Pairs that share a launch. With as much variance between launches as between the pairs of one, the mean is known best
 * for its price when they are √(price of a launch / price of a pair) (Cochran, Sampling Techniques, 1977, § 10.6), and
 * never so many that fewer than ten launches are left.
 */
function sharedBy(launched: number, captured: number, mostPairs: number, budgetSeconds: number): number {
  let pairs = Math.min(mostPairsPerLaunch, Math.max(1, Math.round(Math.sqrt(launched / captured))));
  const launchesWith = (shared: number): number =>
    Math.min(Math.floor(mostPairs / shared), Math.floor(budgetSeconds / (launched + shared * captured)));
  while (pairs > 1 && launchesWith(pairs) < fewestLaunches) pairs--;
  return pairs;
}
