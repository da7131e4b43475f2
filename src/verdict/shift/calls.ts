/** Where in the calls an increase arrives, and the nearest callers below which it may have been made up for. */

import type { BundleWorkload, Capture, Side } from '../../bundle/schema.js';
import { CallTree, type PlaceCosts } from '../../profile/callTree.js';
import * as exact from '../../stats/exact.js';
import type { Pair } from '../captures/pairs.js';
import { type Panel, sumOfFirst } from '../captures/panel.js';
import type { LogChange } from '../total/total.js';
import { sampleShare } from './contribution.js';

/** All stacks of a workload's captures in one tree. */
export interface Calls {
  readonly tree: CallTree;
  readonly costsOf: (capture: Capture) => PlaceCosts;
}

/** Asked only when a function is proven to have grown. */
export type CallsOf = (workload: BundleWorkload) => Calls;

/** What the places of a tree cost, pair by pair. */
export interface PlacePanel {
  readonly tree: CallTree;
  readonly pairs: readonly Readonly<Record<Side, PlaceCosts>>[];
}

/** How a place stands to a function's increase. */
export const relation = {
  outside: 0,
  /** Somewhere below the nearest callers. */
  below: 1,
  /** Where code is taken from when it becomes the function's: its callees, its callers' own code, replaced code. */
  kin: 2,
} as const;

/** Places that clearly grew are all that is looked at where they make this part of a function's increase. */
const mostOfIncrease = 0.8;
/** Standard errors of sampling by which a place clearly grew. */
const clearSigmas = 2;
/** A place with less of its cost than this in base is as good as new: base did not come along here. */
const leastBefore = 0.1;

export function readPlaces({ tree, costsOf }: Calls, pairs: readonly Pair[]): PlacePanel {
  const together = (parts: readonly Capture[]) => joined(parts.map(costsOf));
  return {
    tree,
    pairs: pairs.map(({ parts }) => ({ base: together(parts.base), head: together(parts.head) })),
  };
}

/** One after the other: a place may then stand there more than once. */
function joined(costs: readonly PlaceCosts[]): PlaceCosts {
  if (costs.length === 1) return costs[0] as PlaceCosts;
  return {
    places: Int32Array.from(costs.flatMap(({ places }) => [...places])),
    nanoseconds: Float64Array.from(costs.flatMap(({ nanoseconds }) => [...nanoseconds])),
  };
}

/** Without stacks every function stands alone, called by nobody. */
export function callsWithoutStacks(panel: Panel): PlacePanel {
  const tree = new CallTree();
  const places = Int32Array.from(panel.rows, ({ key }) => tree.place([tree.number(key)]));
  const costs = (side: Side, pair: number): PlaceCosts => ({
    places,
    nanoseconds: Float64Array.from(panel.rows, (row) => row[side].nanoseconds[pair] as number),
  });
  const pairs = Array.from({ length: panel.pairs }, (_, i) => ({
    base: costs('base', i),
    head: costs('head', i),
  }));
  return { tree, pairs };
}

/** Cost of each place over the first n pairs, in parts of base's CPU time per unit. */
export interface PooledPlaces {
  readonly tree: CallTree;
  readonly own: Readonly<Record<Side, Float64Array>>;
  /** With everything called from there. */
  readonly inclusive: Readonly<Record<Side, Float64Array>>;
  /** Cost of one sample. */
  readonly sample: Readonly<Record<Side, number>>;
}

export function poolPlaces(
  { tree, pairs }: PlacePanel,
  panel: Panel,
  n: number,
  total: LogChange,
): PooledPlaces {
  const level = { base: 1, head: exact.exp(total.mean) };
  const scaled = (side: Side, nanoseconds: number) => {
    const all = sumOfFirst(panel.totals[side].nanoseconds, n);
    return all > 0 ? (nanoseconds / all) * level[side] : 0;
  };
  const pool = (side: Side) => {
    const sums = new Float64Array(tree.callers.length);
    for (const pair of pairs.slice(0, n)) {
      const { places, nanoseconds } = pair[side];
      for (let i = 0; i < places.length; i++) {
        const place = places[i] as number;
        sums[place] = (sums[place] as number) + (nanoseconds[i] as number);
      }
    }
    return sums.map((sum) => scaled(side, sum));
  };
  const own = { base: pool('base'), head: pool('head') };
  return {
    tree,
    own,
    inclusive: { base: addUp(tree, own.base), head: addUp(tree, own.head) },
    sample: { base: sampleShare(panel, 'base', n), head: level.head * sampleShare(panel, 'head', n) },
  };
}

function addUp({ callers }: CallTree, own: Float64Array): Float64Array {
  const sums = own.slice();
  for (let place = sums.length - 1; place > 0; place--) {
    const caller = callers[place] as number;
    sums[caller] = (sums[caller] as number) + (sums[place] as number);
  }
  return sums;
}

/**
 * The relation of every place to what a function added: where most of its increase arrived, the nearest caller that base
 * knew is looked up. A place that base did not know came with the change, and so may all that it took the place of have:
 * below its nearest known caller everything is kin. With several callers the increase may be made up for below all of them.
 */
export function relationsOf(number: number, pooled: PooledPlaces): Uint8Array {
  const { callers, functions } = pooled.tree;
  const anchors = new Map<number, number>();
  for (const place of placesOfIncrease(number, pooled)) {
    let caller = callers[place] as number;
    while (caller > 0 && isNew(caller, pooled)) caller = callers[caller] as number;
    const whole = isNew(place, pooled) ? relation.kin : relation.below;
    anchors.set(caller, Math.max(whole, anchors.get(caller) ?? 0));
  }
  const relations = new Uint8Array(callers.length);
  /** The same for what is called from there. */
  const inherited = new Uint8Array(callers.length);
  for (let place = 0; place < callers.length; place++) {
    const fromCaller = place === 0 ? relation.outside : (inherited[callers[place] as number] as number);
    const below = Math.max(fromCaller, anchors.get(place) ?? 0);
    const isInside = below > relation.outside;
    inherited[place] = isInside && functions[place] === number ? relation.kin : below;
    relations[place] = anchors.has(place) ? relation.kin : (inherited[place] as number);
  }
  return relations;
}

/**
 * The places where the function clearly grew, if they make most of what it grew by. Where it grew at many places by little
 * at each, chance would choose among them: then all places of the function.
 */
function placesOfIncrease(number: number, { tree, own, sample }: PooledPlaces): number[] {
  const places: number[] = [];
  const clear: number[] = [];
  let increase = 0;
  let clearIncrease = 0;
  for (let place = 1; place < tree.functions.length; place++) {
    if (tree.functions[place] !== number) continue;
    const [base, head] = [own.base[place] as number, own.head[place] as number];
    if (base === 0 && head === 0) continue;
    places.push(place);
    increase += head - base;
    if (head - base <= clearSigmas * Math.sqrt(base * sample.base + head * sample.head)) continue;
    clear.push(place);
    clearIncrease += head - base;
  }
  return clearIncrease >= mostOfIncrease * increase ? clear : places;
}

function isNew(place: number, { inclusive }: PooledPlaces): boolean {
  return (inclusive.base[place] as number) < leastBefore * (inclusive.head[place] as number);
}
