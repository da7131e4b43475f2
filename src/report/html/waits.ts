/** Time spent waiting: in all, by function, and what is no part of the work. */
import { bounds, change, margin, nanosecondsChange, place, plural, unitName } from '../../text/format.js';
import { waitWords } from '../../text/waits.js';
import type { WorkloadResult } from '../../verdict/result.js';
import type { OffCpu, WaitResult } from '../../verdict/waits/schema.js';
import { type Markup, markup } from '../escape/markup.js';
import { shown } from '../escape/visible.js';
import { waiverText } from '../ranking.js';
import { fromTo, rankedWaits, waitingLine, waitMeaning, waitQualityText, waitSign } from '../waits.js';
import { tableTools } from './tools.js';

/** Rows shown without asking. */
const openRows = 8;
/** Callers shown of a path. */
const shownCallers = 6;

export function waitsCard(workload: WorkloadResult, limit: number): Markup | null {
  const { offCpu, name, load } = workload;
  const line = waitingLine(workload);
  if (offCpu === null || line === null) return null;
  const unit = unitName(load);
  const within = rankedWaits(offCpu).slice(0, limit);
  const idle = offCpu.waits.filter((one) => one.idle);
  const consequence =
    offCpu.mode === 'enforce'
      ? `More than ${margin(offCpu.margin)} longer, in all or in one function, fails the gate.`
      : 'This is said only: the verdict does not rest on it.';
  return markup`<section class="card table-card waits-card"><h3>Time spent waiting</h3>
<p>${line}. ${consequence}</p>
${within.length === 0 ? markup`<p>No function waits within the work for a time that matters.</p>` : tables(within, unit, `Waits within the work of ${name}`)}
${idle.length === 0 ? null : markup`<details><summary>${plural(idle.length, 'place')} where threads wait for work</summary>${table(idle, unit, `Where threads of ${name} wait for work`)}</details>`}
<p class="muted">${waitQualityText(offCpu)}</p>
</section>`;
}

function tables(waits: OffCpu['waits'], unit: string, caption: string): Markup {
  const proven = waits.filter((one) => one.class !== 'unproven').length;
  const open = waits.slice(0, Math.max(proven, openRows));
  const rest = waits.slice(open.length);
  const tools = tableTools({
    noun: 'waits',
    rows: waits.length,
    classes: [...new Set(waits.map((one) => one.class))],
    hasChanged: false,
  });
  return markup`${tools}
${table(open, unit, caption)}
${rest.length === 0 ? null : markup`<details class="more"><summary>${plural(rest.length, 'more wait')}</summary>${table(rest, unit, `${caption}, continued`)}</details>`}`;
}

/** Roles are spelled out because narrow screens lay the rows out as blocks, which would take their meaning away. */
function table(waits: readonly WaitResult[], unit: string, caption: string): Markup {
  const labels = ['Finding', 'Waits', `Time per ${unit}`, 'Change'];
  const sorted = [null, null, 'time', 'change'];
  const by = (name: string | null): Markup | null => (name === null ? null : markup` data-by="${name}"`);
  const heads = labels.map(
    (label, index) =>
      markup`<th scope="col" role="columnheader" class="${index > 1 ? 'number' : ''}"${by(sorted[index] ?? null)}>${label}</th>`,
  );
  return markup`<div class="scroll"><table role="table" class="functions waits"><caption class="visually-hidden">${caption}</caption>
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader"${by('name')}>Function</th>${heads}</tr></thead>
<tbody role="rowgroup">
${waits.map((one) => row(one, labels))}</tbody></table></div>`;
}

function row(one: WaitResult, labels: readonly string[]): Markup {
  const where = place(one.file, one.line);
  const cells = [
    one.idle
      ? markup`<span class="finding">for work</span>`
      : markup`<span class="finding" title="${waitMeaning[one.class]}"><span aria-hidden="true">${waitSign[one.class]}</span> ${one.class}</span>`,
    waitWords[one.kind],
    fromTo(one),
    figure(one),
  ];
  const callers = one.paths[0]?.callers.slice(0, shownCallers).join(' ← ') ?? '';
  const said = waiverText(one.waiver);
  const sortable = markup` data-class="${one.class}" data-time="${Math.max(one.base, one.head)}"${one.change === null ? null : markup` data-change="${one.change.estimate}"`}`;
  return markup`<tr role="row" class="${colour(one)}"${sortable}><th scope="row" role="rowheader"><code class="name">${shown(one.name, 160)}</code>${where === '' ? null : markup`<code class="place">${shown(where, 160)}</code>`}${callers === '' ? null : markup`<code class="place">← ${shown(callers, 200)}</code>`}${said === null ? null : markup`<span class="remark">${said}</span>`}</th>${cells.map(
    (cell, index) =>
      markup`<td role="cell" class="${index > 1 ? 'number' : ''}" data-label="${labels[index] ?? ''}">${cell}</td>`,
  )}</tr>
`;
}

/** The colours of functions that got slower or faster. */
function colour(one: WaitResult): string {
  const classes = {
    longer: 'slower',
    shorter: 'faster',
    moved: 'moved',
    new: 'new',
    gone: 'gone',
    unproven: 'unproven',
  };
  return classes[one.class];
}

function figure(one: WaitResult): Markup | string {
  if (one.change === null) return nanosecondsChange(one.head - one.base);
  return markup`<strong>${change(one.change.estimate)}</strong><span class="bounds">${bounds(one.change)}</span>`;
}
