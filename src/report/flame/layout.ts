/**
 * Where the cells of a differential flame graph stand.
 *
 * Width: a function's own part is as wide as the larger of its own base and head cost, and a cell is as wide as its own
 * part and its children together. So widths add up, code that only one side has stays visible, and a cell is never
 * narrower than either side's inclusive cost.
 */
import type { DifferentialNode, DifferentialTree } from '../../profile/tree.js';

export interface FlameCell {
  readonly node: DifferentialNode;
  /** 0 for the root. */
  readonly depth: number;
  /** Left edge and width as fractions of the root's width. */
  readonly x: number;
  readonly width: number;
}

export interface FlameLayout {
  /** In drawing order: parents first, siblings by width. */
  readonly cells: readonly FlameCell[];
  /** Places that have no cell of their own: too narrow, too deep, or too many. */
  readonly leftOut: number;
}

export interface FlameLimits {
  readonly cells: number;
  /** As a fraction of the root's width. */
  readonly width: number;
}

/** Rows drawn at most: recursion can be deeper than anyone scrolls. */
const deepestRow = 100;

/** The widest cells within the limits, none without its caller; none at all where nothing costs anything. */
export function layoutFlame({ root, leftOut }: DifferentialTree, limits: FlameLimits): FlameLayout {
  const weights = new Map<DifferentialNode, number>();
  const weigh = (node: DifferentialNode): number => {
    const own = Math.max(node.baseSelf, node.headSelf, 0);
    const weight = node.children.reduce((sum, child) => sum + weigh(child), own);
    weights.set(node, weight);
    return weight;
  };
  const total = weigh(root);
  if (!(total > 0)) return { cells: [], leftOut };
  const widthOf = (node: DifferentialNode): number => (weights.get(node) ?? 0) / total;
  const cells: FlameCell[] = [];
  const put = (node: DifferentialNode, depth: number, x: number): void => {
    const width = widthOf(node);
    if (width < limits.width || width === 0) return;
    cells.push({ node, depth, x, width });
    if (depth === deepestRow - 1) return;
    let left = x;
    for (const child of bySize(node.children, weights)) {
      put(child, depth + 1, left);
      left += widthOf(child);
    }
  };
  put(root, 0, 0);
  // A parent is at least as wide as its child and stands before it, so a stable sort never keeps a child without it.
  const kept = new Set([...cells].sort((a, b) => b.width - a.width).slice(0, limits.cells));
  return { cells: cells.filter((cell) => kept.has(cell)), leftOut: leftOut + weights.size - kept.size };
}

/** Rows at the bottom of which less than this share of the width is taken are not worth their height. */
export const thinRow = 0.05;

/** Without the thin rows at the bottom, unless there are cells in them that must be seen. */
export function withoutThinRows(
  { cells, leftOut }: FlameLayout,
  isWanted: (node: DifferentialNode) => boolean,
): FlameLayout {
  const taken: number[] = [];
  let deepest = 0;
  for (const { node, depth, width } of cells) {
    taken[depth] = (taken[depth] ?? 0) + width;
    if ((taken[depth] as number) >= thinRow || isWanted(node)) deepest = Math.max(deepest, depth);
  }
  const kept = cells.filter(({ depth }) => depth <= deepest);
  return { cells: kept, leftOut: leftOut + cells.length - kept.length };
}

function bySize(
  children: readonly DifferentialNode[],
  weights: ReadonlyMap<DifferentialNode, number>,
): DifferentialNode[] {
  return [...children].sort(
    (a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
  );
}
