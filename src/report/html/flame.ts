/** The flame graph in the page: legend, tools for those with scripts, the drawing, and the same as a table. */
import type { DifferentialTree } from '../../profile/tree.js';
import { nanoseconds, percent, unitName } from '../../text/format.js';
import type { WorkloadResult } from '../../verdict/result.js';
import { type Markup, markup } from '../escape/markup.js';
import { shown } from '../escape/visible.js';
import { costChange, type FlameCell, flameGraph, layoutFlame } from '../flamegraph.js';
import { classSign } from '../ranking.js';

const tableRows = 120;
const tableShare = 0.01;
const deepestIndent = 16;

export function flameFigure(
  workload: WorkloadResult,
  tree: DifferentialTree | null,
  maxCells: number,
): Markup | null {
  if (tree === null) return null;
  const cells = layoutFlame(tree, maxCells);
  if (cells.length === 0) return null;
  const unit = unitName(workload.load);
  return markup`<section class="card"><h3>Where the CPU time goes</h3>
<p class="legend"><span class="key slower">▲ proven slower</span> <span class="key faster">▼ proven faster</span> <span class="key">grey: no change proven</span></p>
<figure class="flame-figure">
<div class="tools" hidden>
<label>Search <input type="search" autocomplete="off" spellcheck="false" placeholder="function name"></label>
<button type="button" class="reset" disabled>Reset zoom</button>
<output class="found"></output>
</div>
${flameGraph(cells, workload)}
<p class="detail" aria-hidden="true" hidden>Point at a cell for its figures; click to zoom in. With the keyboard: arrow keys, Enter, Escape.</p>
<figcaption>Called functions stand below their callers. Width is CPU time per ${unit}, the larger of base and head. A function is coloured only where its change is proven; a merely measured difference stays grey.</figcaption>
</figure>
${asTable(cells, workload)}</section>`;
}

/** The widest cells in drawing order: what a reader who cannot see the drawing needs of it. */
function asTable(cells: readonly FlameCell[], workload: WorkloadResult): Markup {
  const classes = new Map(workload.functions.map((one) => [one.key, one.class]));
  const rows = cells.filter((cell) => cell.width >= tableShare).slice(0, tableRows);
  const root = cells[0]?.node;
  const whole = Math.max(root?.head ?? 0, root?.base ?? 0);
  return markup`<details><summary>The flame graph as a table</summary>
<div class="scroll"><table><caption>Inclusive CPU time per ${unitName(workload.load)} of ${workload.name}, callers above callees, from ${percent(tableShare)} of the width on</caption>
<thead><tr><th scope="col" class="number">Depth</th><th scope="col">Function</th><th scope="col" class="number">Base</th><th scope="col" class="number">Head</th><th scope="col" class="number">Change</th><th scope="col" class="number">Share in head</th></tr></thead>
<tbody>
${rows.map(({ node, depth }) => {
  const kind = classes.get(node.key) ?? 'unproven';
  const finding = kind === 'unproven' ? '' : ` ${classSign[kind]} ${kind}`;
  const indent = '\u2003'.repeat(Math.min(depth, deepestIndent));
  return markup`<tr class="${kind}"><td class="number">${depth}</td><th scope="row">${indent}<code>${shown(node.name, 120)}</code>${finding}</th><td class="number">${nanoseconds(node.base)}</td><td class="number">${nanoseconds(node.head)}</td><td class="number">${costChange(node.base, node.head)}</td><td class="number">${whole > 0 ? percent(node.head / whole) : '–'}</td></tr>
`;
})}</tbody></table></div></details>`;
}
