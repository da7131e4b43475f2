/** Captures put together into pairs: the unit everything is computed from. */
import type { Capture, Side } from '../bundle/schema.js';

export interface Pair {
  readonly number: number;
  readonly base: Capture;
  readonly head: Capture;
}

/** The complete pairs in the order of their numbers; a capture whose partner is missing counts nowhere. */
export function completePairs(captures: readonly Capture[]): Pair[] {
  const byNumber = new Map<number, Partial<Record<Side, Capture>>>();
  for (const capture of captures) {
    const pair = byNumber.get(capture.pair) ?? {};
    pair[capture.side] ??= capture;
    byNumber.set(capture.pair, pair);
  }
  const pairs: Pair[] = [];
  for (const [number, { base, head }] of byNumber) {
    if (base && head) pairs.push({ number, base, head });
  }
  return pairs.sort((a, b) => a.number - b.number);
}

/** Adds up one figure of one side's captures. */
export function sumOver(pairs: readonly Pair[], side: Side, figure: (capture: Capture) => number): number {
  let sum = 0;
  for (const pair of pairs) sum += figure(pair[side]);
  return sum;
}

/** Measured seconds of both sides together. */
export function measuredSeconds(pairs: readonly Pair[]): number {
  const wall = (capture: Capture) => capture.summary.wallNanoseconds;
  return (sumOver(pairs, 'base', wall) + sumOver(pairs, 'head', wall)) / 1e9;
}
