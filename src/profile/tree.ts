/** Two sides' stacks in one tree: who called what, and what it cost on each side. */
import { isCompiling, jitCompiler } from './compiling.js';
import {
  type DifferentialNode,
  type DifferentialTree,
  type Label,
  nodeOf,
  type Place,
  pseudoLabel,
  rootLabel,
} from './differentialNode.js';
import { invert } from './invertedTree.js';
import type { Profile, Sample } from './model.js';
import { identify, noStack } from './names.js';

export type { DifferentialNode, DifferentialTree };

/** The same stacks read both ways. */
export interface DifferentialTrees {
  /** From the outermost function to what it calls. */
  readonly calls: DifferentialTree;
  /** From the functions that spend time themselves to their callers; a node costs what its function spent in the root's child. */
  readonly callers: DifferentialTree;
}

export interface WeightedProfile {
  readonly profile: Profile;
  /** Absolute folder the profiled side was built in. */
  readonly root: string;
  /** Multiplies the profile's nanoseconds, e.g. so that costs are nanoseconds per unit of work. */
  readonly scale: number;
  /** Samples to leave out; none by default. */
  readonly omits?: (sample: Sample) => boolean;
}

export interface TreeOptions {
  /** Subtrees below this share of the larger side's total are merged into one `[smaller]` child of their parent. */
  readonly minShare?: number;
  /** Functions deeper than this are merged into one `[deeper]` child; 1000 at most, so that trees can be recursed. */
  readonly maxDepth?: number;
}

const deepest = 1000;

/**
 * Merges the profiles of both sides into one tree of callers and callees, and into one that is read from the inside out;
 * functions are the same when their keys are. Names, files and lines are head's where head has the function. Children are
 * sorted by the larger of their two costs, then by key; `[smaller]` comes last. The same profiles in the same order give the same
 * trees.
 */
export function buildDifferentialTrees(
  base: Iterable<WeightedProfile>,
  head: Iterable<WeightedProfile>,
  options: TreeOptions = {},
): DifferentialTrees {
  const functions = new FunctionNumbers();
  const root = emptyPlace(-1, null);
  const maxDepth = Math.min(options.maxDepth ?? deepest, deepest);
  // Head first: the first to name a function decides how it is labelled.
  for (const profile of head) addProfile(root, profile, 'head', functions, maxDepth);
  for (const profile of base) addProfile(root, profile, 'base', functions, maxDepth);

  addUp(root);
  const minCost = (options.minShare ?? 0.001) * root.cost;
  return {
    calls: finished(root, minCost, functions.labels),
    callers: invert(root, minCost, functions.labels),
  };
}

/** Numbers functions by key, so that building compares numbers and each frame's name is looked at once. */
class FunctionNumbers {
  readonly labels: Label[] = [];
  private readonly numbers = new Map<string, number>();

  number(label: Label): number {
    const known = this.numbers.get(label.key);
    if (known !== undefined) return known;
    this.numbers.set(label.key, this.labels.length);
    return this.labels.push(label) - 1;
  }

  pseudo(name: string): number {
    return this.number(pseudoLabel(name));
  }
}

function addProfile(
  root: Place,
  { profile, root: folder, scale, omits }: WeightedProfile,
  side: 'base' | 'head',
  functions: FunctionNumbers,
  maxDepth: number,
): void {
  const numbers = profile.frames.map((frame) => {
    const { key, name, file } = identify(frame, folder);
    return functions.number({ key, name, file, line: frame.line || null, mapping: frame.mapping });
  });
  const none = functions.pseudo(noStack);
  const compiler = functions.pseudo(jitCompiler);
  const deeper = functions.pseudo('[deeper]');
  for (const sample of profile.samples) {
    if (omits?.(sample)) continue;
    const [stack, instead] = isCompiling(sample) ? [[], compiler] : [sample.stack, none];
    let place = stack.length > 0 ? root : child(root, instead);
    const end = Math.max(0, stack.length - maxDepth);
    for (let at = stack.length - 1; at >= end; at--)
      place = child(place, numbers[stack[at] as number] as number);
    if (end > 0) place = child(place, deeper);
    place[side] += sample.nanoseconds * scale;
  }
}

function child(parent: Place, number: number): Place {
  const known = parent.children.get(number);
  if (known) return known;
  const created = emptyPlace(number, parent);
  parent.children.set(number, created);
  return created;
}

function emptyPlace(number: number, parent: Place | null): Place {
  return { number, parent, base: 0, head: 0, cost: 0, children: new Map() };
}

/** Fills in `cost` of a place and all below it; returns the inclusive cost on both sides. */
function addUp(place: Place): { base: number; head: number } {
  const sum = { base: place.base, head: place.head };
  for (const each of place.children.values()) {
    const { base, head } = addUp(each);
    sum.base += base;
    sum.head += head;
  }
  place.cost = Math.max(sum.base, sum.head);
  return sum;
}

function finished(root: Place, minCost: number, labels: readonly Label[]): DifferentialTree {
  let leftOut = 0;
  const leave = (place: Place): void => {
    leftOut++;
    place.children.forEach(leave);
  };
  const finish = (place: Place, label: Label): DifferentialNode => {
    const children: DifferentialNode[] = [];
    const smaller = { base: 0, head: 0 };
    for (const [number, each] of place.children) {
      if (each.cost >= minCost) children.push(finish(each, labels[number] as Label));
      else {
        leave(each);
        const { base, head } = addUp(each);
        smaller.base += base;
        smaller.head += head;
      }
    }
    const isMerged = children.length < place.children.size;
    return nodeOf(label, place, children, isMerged ? smaller : null);
  };
  const tree = finish(root, rootLabel);
  return { root: tree, leftOut };
}
