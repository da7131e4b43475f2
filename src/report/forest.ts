/**
 * A forest plot: for every figure its estimate, its bounds and the margin it is held against, on one scale.
 * Positions are per cent of the width, so the drawing fits any column while its text keeps its size.
 */

import { bounded, margin as marginText, tick } from '../text/format.js';
import type { Bounded } from '../verdict/result.js';
import { type Markup, markup } from './escape/markup.js';
import { shown } from './escape/visible.js';
import { length, type Scale, scaleOver, ticks } from './scale.js';

export interface ForestRow {
  /** With the sign of what is found. */
  readonly label: string;
  /** `pass`, `fail`, `inconclusive`, or a function's class: decides the colour. */
  readonly kind: string;
  /** null where there is nothing to draw; `value` says why. */
  readonly figure: Bounded | null;
  /** What stands at the row's end; the figure by default. */
  readonly value?: string;
  readonly margin: number;
}

const rowHeight = 58;
/** Of a row with nothing to draw. */
const lineHeight = 30;
/** Label and value together, in characters, beyond which both do not fit on a narrow screen. */
const narrowLine = 40;
const axisHeight = 26;
/** A change beyond this many times the smallest of the rows' is drawn as an arrow, lest it flatten that one. */
const farBeyond = 20;

/**
 * Rows on one scale, the whole as one image with a text alternative.
 * @param subject what the figures are of
 */
export function forestPlot(rows: readonly ForestRow[], subject: string): Markup {
  if (rows.length === 0) return markup``;
  const scale = scaleOver(within(rows));
  const tops = [0];
  for (const { figure } of rows) tops.push((tops.at(-1) ?? 0) + (figure === null ? lineHeight : rowHeight));
  const bottom = tops.at(-1) ?? 0;
  const summary = rows.map((row) => `${row.label}: ${said(row)}`);
  return markup`<svg class="plot forest" width="100%" height="${bottom + axisHeight}" role="img" aria-label="${`${subject}. ${summary.join('; ')}`}">
${axis(scale, bottom)}
${rows.map((row, index) => rowMarkup(row, tops[index] ?? 0, scale))}
</svg>`;
}

/** The values the scale must hold. */
function within(rows: readonly ForestRow[]): number[] {
  const drawn = rows.flatMap(({ figure, margin }) => (figure === null ? [] : [{ figure, margin }]));
  const figures = drawn.map(({ figure }) => figure);
  const margins = rows.map(({ margin }) => margin);
  // One that is smaller than its margin can be told from it on the margin's scale.
  const sizes = drawn.map(({ figure, margin }) => Math.max(Math.abs(figure.estimate), margin));
  const limit = Math.max(farBeyond * Math.min(...sizes, 1e6), 2 * Math.max(...margins));
  return [...margins, ...figures.flatMap(known).map((value) => Math.min(limit, Math.max(-limit, value)))];
}

function said({ figure, value, margin }: ForestRow): string {
  return value ?? (figure === null ? 'unknown' : `${bounded(figure)}, margin ${marginText(margin)}`);
}

/** The numbers of a figure that are there. */
export function known({ estimate, lower, upper }: Bounded): number[] {
  return [estimate, lower, upper].filter((value): value is number => value !== null);
}

function axis(scale: Scale, height: number): Markup {
  const lines = ticks(scale, 6).map((value) => {
    const x = scale.at(value);
    return markup`<line class="${value === 0 ? 'zero' : 'grid'}" x1="${x}" x2="${x}" y1="0" y2="${height}"/><text class="tick" x="${x}" y="${height + 18}" text-anchor="middle">${tick(value)}</text>`;
  });
  return markup`<g aria-hidden="true">${lines}</g>`;
}

function rowMarkup(row: ForestRow, top: number, scale: Scale): Markup {
  const { kind, figure, margin } = row;
  const label = shown(row.label, 44);
  const value = row.value ?? (figure === null ? 'unknown' : bounded(figure));
  const isLong = label.length + value.length > narrowLine;
  const middle = top + 40;
  const limit = scale.at(margin);
  return markup`<g class="row ${kind}"><title>${row.label}: ${said(row)}</title>
<text class="label" x="0" y="${top + 18}">${label}</text>
<text class="${isLong ? 'value long' : 'value'}" x="100%" y="${top + 18}" text-anchor="end">${value}</text>
${
  figure === null
    ? null
    : markup`<rect class="beyond" x="${limit}" width="${length(100 - Number.parseFloat(limit))}" y="${middle - 12}" height="24"/>
<line class="margin" x1="${limit}" x2="${limit}" y1="${middle - 12}" y2="${middle + 12}"/>
${interval(figure, middle, scale, 5)}`
}</g>
`;
}

/**
 * The line from bound to bound with the estimate as a dot. A bound that is absent or beyond the scale is an arrow; a double
 * one is all there is where both bounds are beyond it.
 */
export function interval(figure: Bounded, y: number, scale: Scale, radius: number): Markup {
  const { estimate, lower, upper } = figure;
  if (lower !== null && lower > scale.high) return arrow('100%', y, 1, 2);
  if (upper !== null && upper < scale.low) return arrow('0%', y, -1, 2);
  const from = lower === null || lower < scale.low ? null : scale.at(lower);
  const to = upper === null || upper > scale.high ? null : scale.at(upper);
  return markup`<line class="bounds" x1="${from ?? '0%'}" x2="${to ?? '100%'}" y1="${y}" y2="${y}"/>
${from === null ? arrow('0%', y, -1) : cap(from, y, radius)}${to === null ? arrow('100%', y, 1) : cap(to, y, radius)}
${estimate < scale.low || estimate > scale.high ? null : markup`<circle class="estimate" cx="${scale.at(estimate)}" cy="${y}" r="${radius}"/>`}`;
}

function cap(x: string, y: number, radius: number): Markup {
  return markup`<line class="bounds" x1="${x}" x2="${x}" y1="${y - radius}" y2="${y + radius}"/>`;
}

function arrow(x: string, y: number, direction: 1 | -1, heads: 1 | 2 = 1): Markup {
  const tip = direction * -1;
  const head = (back: number): string =>
    `M${(8 + back) * tip},-5 L${(1 + back) * tip},0 L${(8 + back) * tip},5`;
  return markup`<svg x="${x}" y="${y}" overflow="visible"><path class="bounds" fill="none" d="${heads === 2 ? `${head(7)} ${head(0)}` : head(0)}"/></svg>`;
}
