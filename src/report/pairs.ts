/** The change of every pair in the order measured: what the total rests on, and where drift or outliers would show. */

import { bounded, change, margin as marginText, plural, tick } from '../text/format.js';
import type { WorkloadResult } from '../verdict/result.js';
import { course, outliers, thirds } from './drift.js';
import { type Markup, markup } from './escape/markup.js';
import { known } from './forest.js';
import { length, scaleBetween, ticks } from './scale.js';

const height = 180;
const top = 10;
const bottom = 26;
const mostDots = 1000;

/** A dot per pair against the band of the total's bounds and the margin; far outliers stand at the edge as triangles. */
export function pairsPlot({ pairChanges, total, name }: WorkloadResult): Markup {
  if (pairChanges.length === 0) return markup``;
  const changes = pairChanges.slice(0, mostDots);
  const [low, high] = range(changes, [...known(total), total.margin, 0]);
  const y = (value: number): number => {
    const fraction = (Math.min(high, Math.max(low, value)) - low) / (high - low);
    return Number((top + (1 - fraction) * (height - top - bottom)).toFixed(1));
  };
  const x = (index: number): string => length(8 + ((index + 0.5) / changes.length) * 91);
  const rule = (value: number, kind: string): Markup =>
    markup`<line class="${kind}" x1="8%" x2="100%" y1="${y(value)}" y2="${y(value)}"/>`;
  const labels = ticks(scaleBetween(low, high), 4).map(
    (value) =>
      markup`${rule(value, value === 0 ? 'zero' : 'grid')}<text class="tick" x="7%" y="${y(value) + 4}" text-anchor="end">${tick(value)}</text>`,
  );
  const far = outliers(changes);
  const bandTop = y(total.upper ?? high);
  const alternative = `Change of CPU time in ${plural(changes.length, 'pair')} of ${name}, from ${change(Math.min(...changes))} to ${change(Math.max(...changes))}; together ${bounded(total)}; ${pairsText(changes)}`;
  return markup`<svg class="plot pairs" width="100%" height="${height}" role="img" aria-label="${alternative}">
<rect class="band" x="8%" width="92%" y="${bandTop}" height="${Math.max(1, y(total.lower ?? low) - bandTop).toFixed(1)}"/>
${labels}${rule(total.margin, 'margin')}<text class="tick" x="100%" y="${y(total.margin) - 6}" text-anchor="end">margin ${marginText(total.margin)}</text>
${rule(total.estimate, 'estimate')}
${line(course(changes), x, y)}
${changes.map((value, index) => dot({ value, pair: index + 1, isFar: far.has(index) }, x(index), y(value), value < low ? -1 : value > high ? 1 : 0))}
<text class="tick" x="${x(0)}" y="${height - 6}">pair 1</text><text class="tick" x="100%" y="${height - 6}" text-anchor="end">pair ${changes.length}</text>
</svg>`;
}

/** The middle of the changes with as much again around it, and every line that must be seen. */
function range(changes: readonly number[], lines: readonly number[]): [number, number] {
  const sorted = [...changes].sort((a, b) => a - b);
  const quantile = (p: number): number => sorted[Math.round(p * (sorted.length - 1))] ?? 0;
  const reach = Math.max(quantile(0.9) - quantile(0.1), 0.002);
  const least = Math.min(Math.max(sorted[0] ?? 0, quantile(0.1) - reach), ...lines);
  const most = Math.max(Math.min(sorted.at(-1) ?? 0, quantile(0.9) + reach), ...lines);
  const air = most > least ? (most - least) * 0.06 : 0.01;
  return [least - air, most + air];
}

/** How the course went, in words: drift between the first and the last third, and how many pairs stand far off. */
export function pairsText(changes: readonly number[]): string {
  const found = thirds(changes);
  const far = outliers(changes).size;
  const drift =
    found === null
      ? 'too few pairs to tell a drift'
      : `median of the first third ${change(found.first)}, of the last ${change(found.last)}`;
  return `${drift}; ${far === 0 ? 'no outlier' : plural(far, 'outlier')}`;
}

/** The running median, piece by piece: paths cannot be drawn in per cent of the width. */
function line(
  medians: readonly number[],
  x: (index: number) => string,
  y: (value: number) => number,
): Markup {
  const pieces = medians
    .slice(1)
    .map(
      (value, index) =>
        markup`<line x1="${x(index)}" y1="${y(medians[index] as number)}" x2="${x(index + 1)}" y2="${y(value)}"/>`,
    );
  return markup`<g class="course">${pieces}</g>`;
}

interface Dot {
  readonly value: number;
  readonly pair: number;
  readonly isFar: boolean;
}

/** A pair's dot, hollow where it is an outlier; one beyond the drawing is a triangle at its edge with the figure beside it. */
function dot({ value, pair, isFar }: Dot, x: string, y: number, beyond: -1 | 0 | 1): Markup {
  const kind = isFar ? 'pair far' : 'pair';
  const title = markup`<title>pair ${pair}: ${change(value)}${isFar ? ', an outlier' : ''}</title>`;
  if (beyond === 0)
    return markup`<circle class="${kind}" cx="${x}" cy="${y}" r="${isFar ? 5 : 4}">${title}</circle>`;
  const shape = beyond > 0 ? 'M-5,4 L0,-4 L5,4 Z' : 'M-5,-4 L0,4 L5,-4 Z';
  const left = Number.parseFloat(x) > 50;
  return markup`<svg x="${x}" y="${y}" overflow="visible"><path class="${kind}" d="${shape}">${title}</path><text class="tick" x="${left ? -9 : 9}" y="4" text-anchor="${left ? 'end' : 'start'}">${change(value)}</text></svg>`;
}
