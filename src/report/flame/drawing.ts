/**
 * The differential flame graph as SVG, root on top (an icicle). Colour is masked by significance: a cell is grey unless
 * its function is proven slower, faster, new or gone; a sign in the label and an edge say the same without colour. The
 * tooltip has the figures.
 */
import type { DifferentialNode } from '../../profile/tree.js';
import { change, nanoseconds, place } from '../../text/format.js';
import type { FunctionClass } from '../../verdict/result.js';
import { type Markup, markup, trusted } from '../escape/markup.js';
import { shown } from '../escape/visible.js';
import { classSign } from '../ranking.js';
import { length } from '../scale.js';
import type { FlameCell } from './layout.js';
import { type Mark, type Marks, tones } from './marks.js';

export const rowHeight = 20;
/** Below this share of the width a static label would only be noise; scripts show it when zoomed. */
const labelledWidth = 0.025;

/** What the cells are about. */
export interface FlameSubject {
  /** What a unit of work is called. */
  readonly unit: string;
  readonly marks: Marks;
}

export function flameHeight(cells: readonly FlameCell[]): number {
  return (cells.reduce((most, { depth }) => Math.max(most, depth), 0) + 1) * rowHeight;
}

/** The cells, each a drawing of its own that keeps its label within it. */
export function flameCells(cells: readonly FlameCell[], subject: FlameSubject): Markup {
  return markup`${cells.map((cell) => cellMarkup(cell, subject))}`;
}

function cellMarkup({ node, depth, x, width }: FlameCell, { unit, marks }: FlameSubject): Markup {
  const mark = marks.get(node.key);
  const kind = mark?.kind ?? 'unproven';
  const narrow = width < labelledWidth ? ' class="narrow"' : '';
  return markup`<svg class="${kind}" x="${length(x * 100)}" y="${depth * rowHeight}" width="${length(width * 100)}" height="${rowHeight - 1}"><title>${tooltip(node, mark, unit)}</title><rect width="100%" height="100%"/>${edge(kind)}<text x="5" y="14"${trusted(narrow)}>${signOf(kind)}${nameOf(node)}</text></svg>
`;
}

export function nameOf({ name }: DifferentialNode): string {
  return shown(name, 120);
}

export function placeOf({ file, line, mapping }: DifferentialNode): string {
  return shown(place(file, line) || mapping, 160);
}

function signOf(kind: FunctionClass): string {
  return kind === 'unproven' ? '' : `${classSign[kind]} `;
}

/** Tells dearer from cheaper where a cell is too narrow for its sign: an edge on top or at the bottom. */
function edge(kind: FunctionClass): Markup | null {
  if (tones[kind] === 'dearer') return markup`<rect class="edge" width="100%" height="3"/>`;
  return tones[kind] === 'cheaper'
    ? markup`<rect class="edge" y="${rowHeight - 4}" width="100%" height="3"/>`
    : null;
}

function tooltip(node: DifferentialNode, mark: Mark | undefined, unit: string): Markup {
  const lines = [nameOf(node), placeOf(node), costs(node, unit), mark?.proof ?? ''];
  return markup`${lines
    .filter((line) => line !== '')
    .map((line, index) => markup`${index === 0 ? '' : trusted('\n')}${line}`)}`;
}

/** Base, head and change of a node's inclusive cost. */
function costs({ base, head }: DifferentialNode, unit: string): string {
  return `${nanoseconds(base)} → ${nanoseconds(head)} per ${unit} (${costChange(base, head)})`;
}

export function costChange(base: number, head: number): string {
  if (base <= 0) return head <= 0 ? '0 %' : 'only in head';
  return head <= 0 ? 'only in base' : change(head / base - 1);
}
