/**
 * The differential flame graph as a static SVG, root on top (an icicle).
 *
 * Width: a function's own part is as wide as the larger of its own base and head cost, and a cell is as wide as its own
 * part and its children together. So widths add up, code that only one side has stays visible, and a cell is never
 * narrower than either side's inclusive cost.
 *
 * Colour is masked by significance: a cell is grey unless the result proves its function slower or faster, whatever
 * its own difference looks like; a sign in the label and an edge say the same without colour. The tooltip has the figures.
 */
import type { DifferentialNode, DifferentialTree } from '../profile/tree.js';
import { bounded, change, nanoseconds, place, unitName } from '../text/format.js';
import type { FunctionClass, FunctionResult, WorkloadResult } from '../verdict/result.js';
import { type Markup, markup, trusted } from './escape/markup.js';
import { shown } from './escape/visible.js';
import { classMeaning, classSign, ownChange } from './ranking.js';
import { length } from './scale.js';

export interface FlameCell {
  readonly node: DifferentialNode;
  /** 0 for the root. */
  readonly depth: number;
  /** Left edge and width as fractions of the root's width. */
  readonly x: number;
  readonly width: number;
}

export const rowHeight = 20;
/** Rows drawn at most: recursion can be deeper than anyone scrolls. */
const deepestRow = 100;
/** Below this share of the width a static label would only be noise; the script shows it when zoomed. */
const labelledWidth = 0.025;

/** Cells in drawing order, parents first, siblings by width; at most `maxCells`, the widest ones. */
export function layoutFlame({ root }: DifferentialTree, maxCells: number): FlameCell[] {
  const weights = new Map<DifferentialNode, number>();
  const weigh = (node: DifferentialNode): number => {
    const own = Math.max(node.baseSelf, node.headSelf, 0);
    const weight = node.children.reduce((sum, child) => sum + weigh(child), own);
    weights.set(node, weight);
    return weight;
  };
  const total = weigh(root);
  if (!(total > 0)) return [];
  const cells: FlameCell[] = [];
  const put = (node: DifferentialNode, depth: number, x: number): void => {
    cells.push({ node, depth, x, width: (weights.get(node) ?? 0) / total });
    if (depth === deepestRow - 1) return;
    let left = x;
    for (const child of bySize(node.children, weights)) {
      put(child, depth + 1, left);
      left += (weights.get(child) ?? 0) / total;
    }
  };
  put(root, 0, 0);
  // A parent is at least as wide as its child and stands before it, so a stable sort never keeps a child without it.
  const kept = new Set([...cells].sort((a, b) => b.width - a.width).slice(0, maxCells));
  return cells.filter((cell) => kept.has(cell) && cell.width > 0);
}

function bySize(
  children: readonly DifferentialNode[],
  weights: ReadonlyMap<DifferentialNode, number>,
): DifferentialNode[] {
  return [...children].sort(
    (a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
  );
}

/** The SVG of laid-out cells; empty markup without cells. */
export function flameGraph(cells: readonly FlameCell[], workload: WorkloadResult): Markup {
  if (cells.length === 0) return markup``;
  const functions = new Map(workload.functions.map((one) => [one.key, one]));
  const height = (Math.max(...cells.map((cell) => cell.depth)) + 1) * rowHeight;
  const label = `Differential flame graph of ${workload.name}; the same as a table follows.`;
  return markup`<svg class="flame" width="100%" height="${height}" role="img" aria-label="${label}">
${cells.map((cell) => cellMarkup(cell, functions.get(cell.node.key), workload))}</svg>`;
}

function cellMarkup(
  { node, depth, x, width }: FlameCell,
  one: FunctionResult | undefined,
  workload: WorkloadResult,
): Markup {
  const kind = one?.class ?? 'unproven';
  const sign = kind === 'unproven' ? '' : `${classSign[kind]} `;
  const hidden = width < labelledWidth ? ' class="narrow"' : '';
  return markup`<svg class="${kind}" x="${length(x * 100)}" y="${depth * rowHeight}" width="${length(width * 100)}" height="${rowHeight - 1}"><title>${tooltip(node, one, workload)}</title><rect width="100%" height="100%"/>${edge(kind)}<text x="5" y="14"${trusted(hidden)}>${sign}${shown(node.name, 80)}</text></svg>
`;
}

/** Tells slower from faster where a cell is too narrow for its sign: an edge on top or at the bottom. */
function edge(kind: FunctionClass): Markup | null {
  if (kind === 'slower') return markup`<rect class="edge" width="100%" height="3"/>`;
  return kind === 'faster' ? markup`<rect class="edge" y="${rowHeight - 4}" width="100%" height="3"/>` : null;
}

function tooltip(node: DifferentialNode, one: FunctionResult | undefined, workload: WorkloadResult): Markup {
  const lines = [
    shown(node.name, 160),
    place(node.file, node.line) || node.mapping,
    costs(node, unitName(workload.load)),
  ];
  if (one !== undefined) lines.push(proof(one));
  return markup`${lines
    .filter((line) => line !== '')
    .map((line, index) => markup`${index === 0 ? '' : trusted('\n')}${shown(line, 200)}`)}`;
}

/** Base, head and change of a node's inclusive cost. */
export function costs({ base, head }: DifferentialNode, unit: string): string {
  return `${nanoseconds(base)} → ${nanoseconds(head)} per ${unit} (${costChange(base, head)})`;
}

export function costChange(base: number, head: number): string {
  if (base <= 0) return head <= 0 ? '0 %' : 'only in head';
  return head <= 0 ? 'only in base' : change(head / base - 1);
}

/** What the result says of the function itself, wherever it is called from. */
function proof(one: FunctionResult): string {
  const own = ownChange(one);
  return `${classMeaning[one.class]}${own === null ? '' : `, own time ${bounded(own)}`}`;
}
