/** The flame graphs in the page: legend, tools for those with scripts, the drawing, and the same as a table. */
import type { DifferentialTrees } from '../../profile/tree.js';
import { count, nanoseconds, percent, unitName } from '../../text/format.js';
import type { WorkloadResult } from '../../verdict/result.js';
import { type Markup, markup } from '../escape/markup.js';
import { flameData } from '../flame/data.js';
import { costChange, type FlameSubject, flameCells, flameHeight, nameOf } from '../flame/drawing.js';
import { type FlameCell, type FlameLayout, layoutFlame, withoutThinRows } from '../flame/layout.js';
import { cpuMarks, isColoured, waitMarks } from '../flame/marks.js';
import { flameOrder, flameSide } from '../flame/words.js';
import { classSign } from '../ranking.js';
import { fromTo } from '../waits.js';
import type { Limits } from './limits.js';

const tableRows = 120;
const tableShare = 0.01;
const deepestIndent = 16;
/** A pixel of a drawing as wide as the page: narrower cells only scripts draw, which can zoom. */
const drawnWidth = 0.001;
/** Narrower places are merged already. */
const storedWidth = 0.0002;

/** One flame graph and the words around it. */
interface Figure {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** Of the drawing, for those who cannot see it. */
  readonly label: string;
  readonly tableCaption: string;
  /** What a cell's width is. */
  readonly width: string;
  readonly slower: string;
  readonly faster: string;
  readonly trees: DifferentialTrees;
  readonly subject: FlameSubject;
}

/** Where CPU time goes; null without profiles. */
export function cpuFlame(
  workload: WorkloadResult,
  trees: DifferentialTrees | null,
  limits: Limits,
): Markup | null {
  if (trees === null) return null;
  const { name } = workload;
  const unit = unitName(workload.load);
  return flameFigure(
    {
      id: `cpu-${name}`,
      title: 'Where the CPU time goes',
      label: `Differential flame graph of ${name}; the same as a table follows.`,
      tableCaption: `Inclusive CPU time per ${unit} of ${name}`,
      width: `CPU time per ${unit}`,
      slower: 'proven slower',
      faster: 'proven faster',
      trees,
      subject: { unit, marks: cpuMarks(workload) },
    },
    { cells: limits.cells, places: limits.places },
  );
}

/** Where threads wait within the work; null where that is not known, or nowhere. */
export function waitFlame(
  workload: WorkloadResult,
  trees: DifferentialTrees | null,
  limits: Limits,
): Markup | null {
  if (trees === null || workload.offCpu === null) return null;
  const { name, offCpu } = workload;
  const unit = unitName(workload.load);
  return flameFigure(
    {
      id: `waits-${name}`,
      title: 'Where threads wait within the work',
      label: `Differential off-CPU flame graph of ${name}; the same as a table follows.`,
      tableCaption: `Time waited per ${unit} of ${name}, without waiting for work`,
      width: `time blocked per ${unit}, all threads together and without waiting for work (${fromTo(offCpu.idle)}) or for a CPU`,
      slower: 'proven longer',
      faster: 'proven shorter',
      trees,
      subject: { unit, marks: waitMarks(workload) },
    },
    { cells: Math.ceil(limits.cells / 3), places: Math.ceil(limits.places / 3) },
  );
}

function flameFigure(
  figure: Figure,
  { cells: mostCells, places }: Pick<Limits, 'cells' | 'places'>,
): Markup | null {
  const { id, title, label, trees, subject, slower, faster } = figure;
  const drawn = withoutThinRows(
    layoutFlame(trees.calls, { cells: mostCells, width: drawnWidth }),
    ({ key }) => isColoured(subject.marks.get(key)),
  );
  const { cells } = drawn;
  if (cells.length === 0) return null;
  const stored = { cells: places, width: storedWidth };
  const choice = (value: string, text: string): Markup =>
    markup`<label><input type="radio" name="${`view-${id}`}" value="${value}"${value === 'both' ? checked : null}> ${text}</label>`;
  return markup`<section class="card"><h3>${title}</h3>
<p class="legend"><span class="key slower">▲ ${slower}, + new</span> <span class="key faster">▼ ${faster}, × gone</span> <span class="key">grey: no change proven, or ⇄ moved</span></p>
<figure class="flame-figure">
<div class="tools" hidden>
<fieldset class="choice"><legend class="visually-hidden">Width of the cells</legend>${choice('both', 'Difference')}${choice('base', 'Base')}${choice('head', 'Head')}</fieldset>
<label class="toggle"><input type="checkbox"> Callers below</label>
<label>Search <input type="search" autocomplete="off" spellcheck="false" placeholder="function name"></label>
<button type="button" class="reset" disabled>Reset zoom</button>
<output class="found"></output>
</div>
<svg class="flame" width="100%" height="${flameHeight(cells)}" role="img" aria-label="${label}">
${flameCells(cells, subject)}</svg>
<p class="detail" aria-hidden="true" hidden>Point at a cell for its figures; click to zoom in. With the keyboard: arrow keys, Enter, Escape.</p>
<figcaption><span class="order">${flameOrder.calls}</span> Width is ${figure.width}, <span class="side">${flameSide.both}</span>. A function is coloured only where its change is proven; a merely measured difference stays grey. ${leftOutText(drawn, layoutFlame(trees.calls, stored))}</figcaption>
${flameData(trees, subject, stored)}
</figure>
${asTable(cells, figure)}</section>`;
}

const checked = markup` checked`;

/** What is not drawn, without scripts and with them. */
function leftOutText(drawn: FlameLayout, stored: FlameLayout): string {
  if (drawn.leftOut === 0) return 'Nothing is left out.';
  const here = `${count(drawn.leftOut)} places are too narrow or too far down to be drawn here`;
  if (stored.leftOut === 0) return `${here}; all of them appear on zooming in.`;
  const shown = drawn.leftOut - stored.leftOut;
  const merged = `${count(stored.leftOut)} below ${percent(storedWidth)} of the width are left out of this page`;
  return shown > 0 ? `${here}: ${count(shown)} appear on zooming in, ${merged}.` : `${here}: ${merged}.`;
}

/** The widest cells in drawing order: what a reader who cannot see the drawing needs of it. */
function asTable(cells: readonly FlameCell[], { tableCaption, subject, title }: Figure): Markup {
  const rows = cells.filter((cell) => cell.width >= tableShare).slice(0, tableRows);
  const root = cells[0]?.node;
  const whole = Math.max(root?.head ?? 0, root?.base ?? 0);
  return markup`<details><summary>The flame graph as a table<span class="visually-hidden">: ${title}</span></summary>
<div class="scroll"><table><caption>${tableCaption}, callers above callees, from ${percent(tableShare)} of the width on</caption>
<thead><tr><th scope="col" class="number">Depth</th><th scope="col">Function</th><th scope="col" class="number">Base</th><th scope="col" class="number">Head</th><th scope="col" class="number">Change</th><th scope="col" class="number">Share in head</th></tr></thead>
<tbody>
${rows.map(({ node, depth }) => {
  const kind = subject.marks.get(node.key)?.kind ?? 'unproven';
  const finding = kind === 'unproven' ? '' : ` ${classSign[kind]} ${kind}`;
  const indent = '\u2003'.repeat(Math.min(depth, deepestIndent));
  return markup`<tr class="${kind}"><td class="number">${depth}</td><th scope="row">${indent}<code>${nameOf(node)}</code>${finding}</th><td class="number">${nanoseconds(node.base)}</td><td class="number">${nanoseconds(node.head)}</td><td class="number">${costChange(node.base, node.head)}</td><td class="number">${whole > 0 ? percent(node.head / whole) : '–'}</td></tr>
`;
})}</tbody></table></div></details>`;
}
