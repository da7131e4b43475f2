/** The differential flame graph as a file of its own: an SVG image that every viewer draws, light or dark as it is asked. */
import type { DifferentialTree } from '../../profile/tree.js';
import { bounded, count, margin, unitName } from '../../text/format.js';
import type { Result, WorkloadResult } from '../../verdict/result.js';
import { markup, trusted } from '../escape/markup.js';
import { shown } from '../escape/visible.js';
import { hasTotal, verdictSign, verdictWord } from '../phrase.js';
import { flameCells, flameHeight } from './drawing.js';
import { type FlameLimits, layoutFlame, withoutThinRows } from './layout.js';
import { cpuMarks, isColoured } from './marks.js';

const width = 1200;
const side = 24;
const top = 96;
const bottom = 36;
/** A cell of half a pixel is the narrowest that is seen. */
const limits: FlameLimits = { cells: 4000, width: 0.5 / (width - 2 * side) };

// No custom properties: image viewers do not know them.
const style = `
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans","DejaVu Sans",Arial,sans-serif;font-size:12px;fill:#3a3e47}
.page{fill:#fff}.title{font-size:18px;font-weight:650;fill:#1b1d22}.note{fill:#565b66;font-size:13px}.narrow{display:none}
.cell rect,rect.key{fill:#e4e5e9;stroke:#fff;stroke-width:1}
.slower rect,.new rect{fill:#f8c3a4}.slower text,.new text,text.slower{fill:#4a1a00;font-weight:600}
.faster rect,.gone rect{fill:#bcd5fa}.faster text,.gone text,text.faster{fill:#0a2c60;font-weight:600}
.slower rect.edge,.new rect.edge{fill:#b23a08;stroke:none}.faster rect.edge,.gone rect.edge{fill:#1c57b5;stroke:none}
rect.key.slower{fill:#f8c3a4}rect.key.faster{fill:#bcd5fa}
@media (prefers-color-scheme:dark){text{fill:#d0d3da}.page{fill:#1a1c20}.title{fill:#e7e8eb}.note{fill:#a4a9b4}
.cell rect,rect.key{fill:#2d3037;stroke:#1a1c20}
.slower rect,.new rect,rect.key.slower{fill:#7d3312}.slower text,.new text,text.slower{fill:#ffece2}
.faster rect,.gone rect,rect.key.faster{fill:#1f4a8c}.faster text,.gone text,text.faster{fill:#eaf2ff}
.slower rect.edge,.new rect.edge{fill:#ff9f73}.faster rect.edge,.gone rect.edge{fill:#8ab6ff}}
`;

/** What such files are called. */
export const flameFile = /^flamegraph-[a-z0-9][a-z0-9_-]{0,63}\.svg$/;

/** Name of a workload's file among a run's outputs. */
export function flameFileName(workload: string): string {
  return `flamegraph-${workload}.svg`;
}

/** The file's text; null where there is nothing to draw. */
export function renderFlameSvg(
  { refs }: Pick<Result, 'refs'>,
  workload: WorkloadResult,
  tree: DifferentialTree,
): string | null {
  const marks = cpuMarks(workload);
  const { cells, leftOut } = withoutThinRows(layoutFlame(tree, limits), ({ key }) =>
    isColoured(marks.get(key)),
  );
  if (cells.length === 0) return null;
  const unit = unitName(workload.load);
  const { name, verdict, total } = workload;
  const drawn = flameHeight(cells);
  const height = top + drawn + bottom;
  const figures = hasTotal(workload) ? ` ${bounded(total)}, margin ${margin(total.margin)}` : '';
  const title = `${verdictSign[verdict]} ${verdictWord[verdict]}: ${name}, CPU time per ${unit}${figures}`;
  const compared = `base ${shown(refs.base.name, 60)} against head ${shown(refs.head.name, 60)}; width is CPU time per ${unit}, the larger of both; callers above what they call`;
  const file = markup`<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">Differential flame graph. ${title}</title>
<style>${trusted(style)}</style>
<rect class="page" width="100%" height="100%"/>
<text class="title" x="${side}" y="32">${title}</text>
<text class="note" x="${side}" y="54">${compared}</text>
${legend()}
<svg class="cell" x="${side}" y="${top}" width="${width - 2 * side}" height="${drawn}">
${flameCells(cells, { unit, marks })}</svg>
<text class="note" x="${side}" y="${height - 14}">${leftOut === 0 ? 'Nothing is left out.' : `Left out: ${count(leftOut)} places, narrow ones and rows that are nearly empty.`} profbound: coloured only where a change is proven.</text>
</svg>
`;
  return file.text;
}

function legend() {
  const keys = [
    ['slower', '▲ proven slower, + new', 172],
    ['faster', '▼ proven faster, × gone', 176],
    ['', 'grey: no change proven, or ⇄ moved', 238],
  ] as const;
  let x = side;
  return markup`${keys.map(([kind, text, keyWidth]) => {
    const at = x;
    x += keyWidth + 10;
    return markup`<rect class="key ${kind}" x="${at}" y="66" width="${keyWidth}" height="20" rx="3"/><text class="${kind}" x="${at + 9}" y="80">${text}</text>
`;
  })}`;
}
