/**
 * Slowdowns of known size in recorded captures. Base is made faster instead of head slower: when samples are kept with
 * probability q, as many remain as of a function that costs q times as much, with the same scatter, while nobody knows
 * what samples that were never taken would have looked like.
 */
import type { Side } from '../bundle/schema.js';
import { isFunction } from '../profile/compiling.js';
import type { FunctionCost, FunctionTable } from '../profile/functions.js';
import { binomial, type Uniform } from '../stats/random.js';
import type { Recording, Shot } from './recording.js';

/** What is slower on head, and by how much: 0.2 is +20 %. */
export interface Plant {
  readonly change: number;
  /** null: everything. */
  readonly into: Donor | null;
}

/** A function of a given share, made out of a part of a larger one's samples. */
export interface Donor {
  readonly key: string;
  readonly donorShare: number;
  /** Of base's CPU time, that the planted function has. */
  readonly share: number;
}

/** A share is taken from a function so many times as large, so that base can be made faster. */
const room = 1.3;

/** The function a share can be taken from: the smallest that is large enough; null when there is none. */
export function donorOf({ pairs, shares }: Recording, share: number): Donor | null {
  const named = new Set<string>();
  for (const { base } of pairs) {
    for (const row of base.table.functions.values()) if (isFunction(row)) named.add(row.key);
  }
  let found: Donor | null = null;
  for (const [key, donorShare] of shares) {
    if (!named.has(key) || donorShare < room * share) continue;
    if (found === null || donorShare < found.donorShare) found = { key, donorShare, share };
  }
  return found;
}

/** A capture as it would be with the plant in head. */
export function plantedShot(shot: Shot, side: Side, { change, into }: Plant, uniform: Uniform): Shot {
  const faster = 1 / (1 + change);
  const kept = side === 'base' ? faster : 1;
  if (into === null) return rewritten(shot, kept, (cost) => [thinned(cost, kept, uniform)]);
  // Before base is made faster, the function is a little more of either side.
  const before = Math.min(into.donorShare, into.share / (faster + into.share * (1 - faster)));
  return rewritten(shot, 1 - before * (1 - kept), (cost) =>
    cost.key === into.key ? split(cost, before / into.donorShare, kept, uniform) : [cost],
  );
}

/** The function as two: a part of its samples, of which so many are kept, and the rest. */
function split(cost: FunctionCost, part: number, kept: number, uniform: Uniform): FunctionCost[] {
  const taken = thinned(cost, part, uniform);
  const rest = {
    ...cost,
    count: cost.count - taken.count,
    nanoseconds: cost.nanoseconds - taken.nanoseconds,
  };
  const name = 'planted function';
  return [rest, { ...thinned(taken, kept, uniform), key: name, name, file: null, line: null }];
}

function thinned(cost: FunctionCost, probability: number, uniform: Uniform): FunctionCost {
  const count = binomial(cost.count, probability, uniform);
  const nanoseconds = cost.count > 0 ? (cost.nanoseconds * count) / cost.count : 0;
  return { ...cost, count, nanoseconds };
}

/** @param level exact CPU time that remains, as a part */
function rewritten(
  { capture, table }: Shot,
  level: number,
  rewrite: (cost: FunctionCost) => readonly FunctionCost[],
): Shot {
  const functions = new Map<string, FunctionCost>();
  let count = 0;
  let nanoseconds = 0;
  for (const cost of table.functions.values()) {
    for (const one of rewrite(cost)) {
      if (one.count > 0) functions.set(one.key, one);
      count += one.count;
      nanoseconds += one.nanoseconds;
    }
  }
  const { summary } = capture;
  const changed: FunctionTable = { functions, count, nanoseconds };
  return {
    table: changed,
    capture: {
      ...capture,
      summary: {
        ...summary,
        cpuNanoseconds: Math.round(summary.cpuNanoseconds * level),
        samples: Math.max(0, summary.samples - (table.count - count)),
        weight: Math.max(0, Math.round(summary.weight - (table.nanoseconds - nanoseconds))),
      },
    },
  };
}
