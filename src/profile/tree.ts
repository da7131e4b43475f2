/** Two sides' stacks in one tree: who called what, and what it cost on each side. */
import type { Profile } from './model.js';
import { identify, noStack } from './names.js';

export interface DifferentialNode {
  /** Identity of the function; unique among the children of one parent. */
  readonly key: string;
  readonly name: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly mapping: string;
  /** Inclusive cost: exactly the node's self cost plus that of its children, added up in their order. */
  readonly base: number;
  readonly head: number;
  readonly baseSelf: number;
  readonly headSelf: number;
  readonly children: readonly DifferentialNode[];
}

export interface DifferentialTree {
  readonly root: DifferentialNode;
}

export interface WeightedProfile {
  readonly profile: Profile;
  /** Absolute folder the profiled side was built in. */
  readonly root: string;
  /** Multiplies the profile's nanoseconds, e.g. so that costs are nanoseconds per unit of work. */
  readonly scale: number;
}

export interface TreeOptions {
  /** Subtrees below this share of the larger side's total are merged into one `[smaller]` child of their parent. */
  readonly minShare?: number;
  /** Functions deeper than this are merged into one `[deeper]` child; 1000 at most, so that trees can be recursed. */
  readonly maxDepth?: number;
}

const deepest = 1000;

/** A function as the tree names it. */
type Label = Pick<DifferentialNode, 'key' | 'name' | 'file' | 'line' | 'mapping'>;

interface Node {
  /** Self cost. */
  base: number;
  head: number;
  /** The larger side's inclusive cost, known once everything is added. */
  cost: number;
  /** By the function's number. */
  readonly children: Map<number, Node>;
}

/**
 * Merges the profiles of both sides into one tree of callers and callees, functions being the same when their keys
 * are. Names, files and lines are head's where head has the function. Children are sorted by the larger of their
 * two costs, then by key; `[smaller]` comes last. The same profiles in the same order give the same tree.
 */
export function buildDifferentialTree(
  base: Iterable<WeightedProfile>,
  head: Iterable<WeightedProfile>,
  options: TreeOptions = {},
): DifferentialTree {
  const functions = new FunctionNumbers();
  const root = emptyNode();
  const maxDepth = Math.min(options.maxDepth ?? deepest, deepest);
  // Head first: the first to name a function decides how it is labelled.
  for (const profile of head) addProfile(root, profile, 'head', functions, maxDepth);
  for (const profile of base) addProfile(root, profile, 'base', functions, maxDepth);

  addUp(root);
  const minCost = (options.minShare ?? 0.001) * root.cost;
  const label: Label = { key: '', name: 'all', file: null, line: null, mapping: '' };
  return { root: finish(root, label, functions, minCost) };
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

function pseudoLabel(name: string): Label {
  return { key: name, name, file: null, line: null, mapping: '' };
}

function addProfile(
  root: Node,
  { profile, root: folder, scale }: WeightedProfile,
  side: 'base' | 'head',
  functions: FunctionNumbers,
  maxDepth: number,
): void {
  const numbers = profile.frames.map((frame) => {
    const { key, name, file } = identify(frame, folder);
    return functions.number({ key, name, file, line: frame.line || null, mapping: frame.mapping });
  });
  const none = functions.pseudo(noStack);
  const deeper = functions.pseudo('[deeper]');
  for (const { stack, nanoseconds } of profile.samples) {
    let node = stack.length === 0 ? child(root, none) : root;
    const end = Math.max(0, stack.length - maxDepth);
    for (let at = stack.length - 1; at >= end; at--)
      node = child(node, numbers[stack[at] as number] as number);
    if (end > 0) node = child(node, deeper);
    node[side] += nanoseconds * scale;
  }
}

function child(parent: Node, number: number): Node {
  const known = parent.children.get(number);
  if (known) return known;
  const created = emptyNode();
  parent.children.set(number, created);
  return created;
}

function emptyNode(): Node {
  return { base: 0, head: 0, cost: 0, children: new Map() };
}

/** Fills in `cost` of a node and all below it; returns the inclusive cost on both sides. */
function addUp(node: Node): { base: number; head: number } {
  const sum = { base: node.base, head: node.head };
  for (const each of node.children.values()) {
    const { base, head } = addUp(each);
    sum.base += base;
    sum.head += head;
  }
  node.cost = Math.max(sum.base, sum.head);
  return sum;
}

/** The node with its inclusive costs, children that cost less than `minCost` on both sides merged. */
function finish(node: Node, label: Label, functions: FunctionNumbers, minCost: number): DifferentialNode {
  const children: DifferentialNode[] = [];
  const smaller = emptyNode();
  for (const [number, each] of node.children) {
    if (each.cost >= minCost) {
      children.push(finish(each, functions.labels[number] as Label, functions, minCost));
    } else {
      const { base, head } = addUp(each);
      smaller.base += base;
      smaller.head += head;
    }
  }
  const merged = children.length < node.children.size;
  children.sort(byCost);
  if (merged) children.push(finish(smaller, pseudoLabel('[smaller]'), functions, minCost));
  return {
    ...label,
    base: children.reduce((sum, each) => sum + each.base, node.base),
    head: children.reduce((sum, each) => sum + each.head, node.head),
    baseSelf: node.base,
    headSelf: node.head,
    children,
  };
}

function byCost(a: DifferentialNode, b: DifferentialNode): number {
  const larger = Math.max(b.base, b.head) - Math.max(a.base, a.head);
  return larger || (a.key < b.key ? -1 : 1);
}
