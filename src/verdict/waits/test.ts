/** Which waits within the work provably got longer or shorter, at one look; a family of claims of its own. */

import { sides } from '../../bundle/schema.js';
import type { WaitKind } from '../../profile/waitKind.js';
import * as exact from '../../stats/exact.js';
import { holm } from '../../stats/holm.js';
import { byStratum } from '../../stats/stratified.js';
import { studentUpperQuantile } from '../../stats/student.js';
import { noWaitsWaived, type WaivedWaits } from '../blame/waitWaivers.js';
import type { Look } from '../pace/looks.js';
import type { Bounded } from '../result.js';
import { estimateWait, longerP, shorterP, type WaitEstimate, waitBounds } from './estimate.js';
import { type Cells, firstGrouped, firstOf, type WaitPanel, type WaitRow } from './panel.js';
import { type Within, withinMargin } from './within.js';

/** Waits below this part of the time that a unit of work takes of its threads are not tested. */
const leastPart = 0.01;
/** And those that hardly ever occurred. */
const fewestBlocks = 10;
/** Of the blocked time within the work, more than this without a stack forbids every claim. */
const mostUntraced = 0.1;
/** One-sided level, over all waits, at which one counts as having got shorter where another got longer. */
const weakLevel = 0.006;
/** An increase is made up for when other waits got shorter by this part of it. */
const offsetPart = 0.5;

export type WaitProof = 'longer' | 'shorter' | 'moved' | 'new' | 'gone';

export interface WaitFinding {
  readonly estimate: WaitEstimate;
  readonly proof: WaitProof | null;
  readonly change: Bounded | null;
  /** Nanoseconds per unit. */
  readonly added: Bounded;
}

export interface RowFinding extends WaitFinding {
  readonly row: WaitRow;
}

export interface WaitFindings {
  /** All waits within the work together; it may be longer or shorter. */
  readonly total: WaitFinding;
  readonly within: Within;
  readonly waived: WaivedWaits;
  /** Waiting for a CPU: the machine's fault; nothing is claimed of it. */
  readonly runnable: WaitFinding;
  readonly idle: Readonly<Record<'base' | 'head', number>>;
  readonly rows: readonly RowFinding[];
  /** Threads' time for a unit of work on base, on a CPU or waiting within the work, in nanoseconds. */
  readonly threadTime: number;
  /** Part of the blocked time within the work that has no stack; where that is too much, nothing is claimed. */
  readonly untraced: number;
  readonly isBlind: boolean;
  /** Waits without a stack, nanoseconds per unit. */
  readonly untracedNanoseconds: Readonly<Record<'base' | 'head', number>>;
  /** Of Student's t, for simultaneous bounds; for the parts of one wait, by their number too. */
  readonly quantile: (df: number, parts?: number) => number;
}

/**
 * Tests all waits within the work together and each that matters: `longer` rejects head ≤ (1 + δ) base, `shorter` the
 * reverse, each by Holm at the look's level for a family. It is the level functions have and a family beside theirs:
 * whatever is claimed here takes nothing from what can be claimed of CPU time. Bounds are simultaneous (Bonferroni).
 * @param panel     of the look's pairs at least
 * @param passAlpha error probability of a pass over all looks
 * @param ceiling   of a waiver of all waiting, by which a pass is judged where the margin does not do
 */
export function testWaits(
  panel: WaitPanel,
  look: Look,
  margin: number,
  passAlpha: number,
  ceiling = margin,
): WaitFindings {
  const n = look.pairs;
  const level = look.levels.functions;
  const grouping = firstGrouped(panel.grouping, n);
  const estimate = (cells: Cells) => estimateWait(firstOf(cells, n), grouping);
  const [work, cpu, untracedTime] = [estimate(panel.work), estimate(panel.cpu), estimate(panel.untraced)];
  const threadTime = cpu.base + work.base;
  const least = (leastPart * (threadTime + cpu.head + work.head)) / 2;
  const untraced = untracedPart(panel, n);
  const isBlind = untraced > mostUntraced;
  const mayClaim = look.mayClaim && !isBlind;
  const matters = ({ base, head }: WaitEstimate) =>
    (base + head) / 2 >= least || Math.max(base, head) >= 2 * least;
  const shown = panel.rows
    .map((row) => ({ row, estimate: estimate(row.cells) }))
    .filter(({ row, estimate: one }) => (row.idle ? one.base + one.head > 0 : matters(one)));
  const tested = shown.filter(({ row }) => isTested(row, n));
  const family = [...(matters(work) ? [work] : []), ...tested.map((one) => one.estimate)];
  const longer = holm(family.map((one) => longerP(one, margin, least)));
  const shorter = holm(family.map((one) => shorterP(one, margin, least)));
  const proofs = new Map<WaitEstimate, WaitProof>();
  for (const [index, one] of family.entries()) {
    if (!mayClaim) break;
    if ((longer[index] as number) <= level) proofs.set(one, sumOf(one.cells.base) > 0 ? 'longer' : 'new');
    else if ((shorter[index] as number) <= level)
      proofs.set(one, sumOf(one.cells.head) > 0 ? 'shorter' : 'gone');
  }
  for (const one of offset(tested, proofs)) proofs.set(one, 'moved');
  const quantile = quantiles(level / Math.max(1, family.length));
  const finding = (one: WaitEstimate): WaitFinding => {
    const proof = proofs.get(one) ?? null;
    return { estimate: one, proof, ...withProof(waitBounds(one, quantile), proof, margin, one.base) };
  };
  const tolerated = { margin, ceiling, least: matters(work) ? least : null };
  const seen = withinMargin(work, tolerated, look, passAlpha);
  const within = mayClaim ? seen : { ...seen, proven: false };
  return {
    total: withUpper(finding(work), within),
    within,
    waived: noWaitsWaived,
    runnable: finding(estimate(panel.runnable)),
    idle: estimate(panel.idle),
    rows: shown.map((one) => ({ row: one.row, ...finding(one.estimate) })),
    threadTime,
    untraced,
    isBlind,
    untracedNanoseconds: { base: untracedTime.base, head: untracedTime.head },
    quantile,
  };
}

/** Quantiles are asked for again and again at a few degrees of freedom. */
function quantiles(level: number): WaitFindings['quantile'] {
  const known = new Map<string, number>();
  return (df, parts = 1) => {
    const key = `${df} ${parts}`;
    const value = known.get(key) ?? studentUpperQuantile(level / parts, df);
    known.set(key, value);
    return value;
  };
}

function isTested({ idle, place, counts }: WaitRow, n: number): boolean {
  return !idle && place.resolved && sumOf(counts.slice(0, n)) >= fewestBlocks;
}

/** Of the side and runner that has most. */
function untracedPart({ grouping, untraced, work }: WaitPanel, n: number): number {
  const runners = grouping.runners.slice(0, n);
  const parts = sides.flatMap((side) => {
    const pairs = runners.map((_, pair) => ({
      missing: untraced[side][pair] as number,
      seen: work[side][pair] as number,
    }));
    return byStratum(pairs, runners).map((own) => {
      const missing = sumOf(own.map((one) => one.missing));
      return missing > 0 ? missing / (missing + sumOf(own.map(({ seen }) => seen))) : 0;
    });
  });
  return Math.max(0, ...parts);
}

/** What is proven to be within the margin is shown so: at its own level its limit is no wider than that. */
function withUpper(finding: WaitFinding, { proven, isSmall, upper: limit }: Within): WaitFinding {
  const { change, added, estimate } = finding;
  if (!proven || isSmall || limit === null || change === null) return finding;
  const upper = Math.min(change.upper ?? limit, limit);
  return { ...finding, change: { ...change, upper }, added: { ...added, upper: upper * estimate.base } };
}

/** Holm may prove a little more than simultaneous bounds show: what is proven is beyond the margin. */
function withProof(
  { change, added }: ReturnType<typeof waitBounds>,
  proof: WaitProof | null,
  margin: number,
  base: number,
): ReturnType<typeof waitBounds> {
  if (change === null) return { change, added };
  const bounds = {
    ...change,
    lower: proof === 'longer' || proof === 'moved' ? Math.max(change.lower ?? 0, margin) : change.lower,
    upper: proof === 'shorter' ? Math.min(change.upper ?? 0, 1 / (1 + margin) - 1) : change.upper,
  };
  const times = (value: number | null) => (value === null ? null : value * base);
  return { change: bounds, added: { ...added, lower: times(bounds.lower), upper: times(bounds.upper) } };
}

/**
 * The waits that got longer while others of the same kind got as much shorter: a function was renamed, or another one
 * asks now. What others lost is handed to the increases, the largest first.
 */
function offset(tested: readonly Tested[], proofs: ReadonlyMap<WaitEstimate, WaitProof>): WaitEstimate[] {
  const change = ({ estimate: { base, log, difference } }: Tested) =>
    log === null ? difference.mean : base * exact.expm1(log.mean);
  const level = weakLevel / Math.max(1, tested.length);
  const pools = new Map<WaitKind, number>();
  const put = (kind: WaitKind, amount: number) => pools.set(kind, (pools.get(kind) ?? 0) + amount);
  for (const one of tested) {
    if (change(one) < 0 && shorterP(one.estimate, 0, 0) <= level) put(one.row.place.kind, -change(one));
  }
  return tested
    .filter(({ estimate }) => proofs.get(estimate) === 'longer' || proofs.get(estimate) === 'new')
    .sort((a, b) => change(b) - change(a))
    .filter((one) => {
      const { kind } = one.row.place;
      const isOffset = (pools.get(kind) ?? 0) >= offsetPart * change(one);
      put(kind, -change(one));
      return isOffset;
    })
    .map(({ estimate }) => estimate);
}

interface Tested {
  readonly row: WaitRow;
  readonly estimate: WaitEstimate;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
