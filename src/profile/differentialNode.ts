/** What both trees of a comparison are made of: places while they grow, nodes when they are done. */

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
  /** Places that were merged into `[smaller]` because they cost too little. */
  readonly leftOut: number;
}

/** A function as the tree names it. */
export type Label = Pick<DifferentialNode, 'key' | 'name' | 'file' | 'line' | 'mapping'>;

/** A place while the tree grows. */
export interface Place {
  /** The function's number; the root's is −1. */
  readonly number: number;
  readonly parent: Place | null;
  /** Self cost. */
  base: number;
  head: number;
  /** The larger side's inclusive cost, known once everything is added. */
  cost: number;
  /** By the function's number. */
  readonly children: Map<number, Place>;
}

export function pseudoLabel(name: string): Label {
  return { key: name, name, file: null, line: null, mapping: '' };
}

/** What is merged because it costs too little. */
export const smallerLabel = pseudoLabel('[smaller]');
export const rootLabel: Label = { key: '', name: 'all', file: null, line: null, mapping: '' };

/** A node over its children, which it sorts; what is smaller comes last. */
export function nodeOf(
  label: Label,
  self: { readonly base: number; readonly head: number },
  children: DifferentialNode[],
  smaller: { readonly base: number; readonly head: number } | null,
): DifferentialNode {
  children.sort(byCost);
  if (smaller !== null) children.push(nodeOf(smallerLabel, smaller, [], null));
  return {
    ...label,
    base: children.reduce((sum, each) => sum + each.base, self.base),
    head: children.reduce((sum, each) => sum + each.head, self.head),
    baseSelf: self.base,
    headSelf: self.head,
    children,
  };
}

function byCost(a: DifferentialNode, b: DifferentialNode): number {
  const larger = Math.max(b.base, b.head) - Math.max(a.base, a.head);
  return larger || (a.key < b.key ? -1 : 1);
}
