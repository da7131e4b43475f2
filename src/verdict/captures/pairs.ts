/** Captures put together into pairs: the unit everything is computed from. */

import { endOf } from '../../bundle/schedule.js';
import type { BundleWorkload, Capture, Side } from '../../bundle/schema.js';
import { poolConditions, poolSummaries } from './pooling.js';

export interface Pair {
  /** Number of the pair, or of the first one where several share a launch. */
  readonly number: number;
  /** What was captured; added up where pairs share a launch. */
  readonly base: Capture;
  readonly head: Capture;
  /** The captures themselves, in the order of their pairs. */
  readonly parts: Readonly<Record<Side, readonly Capture[]>>;
}

/**
 * The complete pairs in the order of their numbers; a capture whose partner is missing counts nowhere. Pairs that share
 * a launch of both sides have what is particular to it in common, so they are one pair: one value to the verdict.
 */
export function completePairs(captures: readonly Capture[]): Pair[] {
  const byNumber = new Map<number, Partial<Record<Side, Capture>>>();
  for (const capture of captures) {
    const pair = byNumber.get(capture.pair) ?? {};
    pair[capture.side] ??= capture;
    byNumber.set(capture.pair, pair);
  }
  const launches = new Map<string, Record<Side, Capture[]>>();
  for (const [number, { base, head }] of [...byNumber].sort(([a], [b]) => a - b)) {
    if (!base || !head) continue;
    const isShared = base.launch !== undefined && head.launch !== undefined;
    const key = isShared ? `launches ${base.runner}: ${base.launch}, ${head.launch}` : `pair ${number}`;
    const parts = launches.get(key) ?? { base: [], head: [] };
    parts.base.push(base);
    parts.head.push(head);
    launches.set(key, parts);
  }
  return [...launches.values()].map((parts) => ({
    number: (parts.base[0] as Capture).pair,
    base: pooled(parts.base),
    head: pooled(parts.head),
    parts,
  }));
}

function pooled(captures: readonly Capture[]): Capture {
  const [first, ...others] = captures as [Capture, ...Capture[]];
  if (others.length === 0) return first;
  const sum = (of: (capture: Capture) => number) => captures.reduce((all, capture) => all + of(capture), 0);
  return {
    ...first,
    units: sum(({ units }) => units),
    errors: sum(({ errors }) => errors),
    conditions: poolConditions([first.conditions, ...others.map(({ conditions }) => conditions)]),
    summary: poolSummaries([first.summary, ...others.map(({ summary }) => summary)]),
  };
}

/** Adds up one figure of one side's captures. */
export function sumOver(pairs: readonly Pair[], side: Side, figure: (capture: Capture) => number): number {
  let sum = 0;
  for (const pair of pairs) sum += figure(pair[side]);
  return sum;
}

/** Measured seconds of both sides together; a window that both share counts once. */
export function measuredSeconds(pairs: readonly Pair[]): number {
  const wall = ({ conditions }: Capture): number => conditions.windowNanoseconds;
  return (sumOver(pairs, 'base', wall) + sumOver(pairs, 'head', wall)) / 1e9;
}

/** Seconds a pair takes: with starts and warm-ups where the bundle tells, else what was measured. */
export function secondsPerPair({ pacing }: BundleWorkload, pairs: readonly Pair[]): number {
  // Each runner has a clock of its own.
  const own = pairs.filter(({ base }) => base.runner === pairs[0]?.base.runner);
  const [first, last] = [own[0], own.at(-1)].map((pair) => pair && endOf(capturesOf(pair)));
  if (own.length > 1 && typeof first === 'number' && typeof last === 'number' && last > first) {
    return (last - first) / (own.length - 1);
  }
  return pacing?.pairSeconds ?? measuredSeconds(pairs) / Math.max(1, pairs.length);
}

/** All captures a pair is made of. */
export function capturesOf({ parts }: Pair): Capture[] {
  return [...parts.base, ...parts.head];
}
