/** The table of functions: what is proven first, then the largest of what is not. */

import { bounds, change, margin, percent, place, plural, unitName } from '../../text/format.js';
import type { Bounded, FunctionResult, WorkloadResult } from '../../verdict/result.js';
import { type Content, type Markup, markup } from '../escape/markup.js';
import { shown } from '../escape/visible.js';
import { interval, known } from '../forest.js';
import { classSign, finding, findingMeaning, ownChange, ranked, remark } from '../ranking.js';
import { type Scale, scaleBetween } from '../scale.js';
import { tableTools } from './tools.js';

/** Unproven functions shown without asking. */
const openUnproven = 8;
/** Tiers of less than this part of a function's time are not worth a word. */
const leastTier = 0.01;
/** A ratio beyond this is drawn at the edge, lest one function flatten all others. */
const drawnRatio = 1;

/** @param changed keys of the functions this pull request changes; null where that is not known */
export function functionsTable(
  workload: WorkloadResult,
  changed: ReadonlySet<string> | null,
  limit: number,
): Markup {
  const title = markup`<h3>Functions</h3>`;
  if (workload.functions.length === 0) {
    return markup`<section class="card">${title}<p>No function was above the minimum share, so none was judged.</p></section>`;
  }
  const sorted = ranked(workload.functions).slice(0, limit);
  const proven = sorted.filter((one) => one.class !== 'unproven');
  const open = sorted.slice(0, Math.max(proven.length + 3, openUnproven));
  const rest = sorted.slice(open.length);
  const hidden = workload.functions.length - sorted.length;
  const unit = unitName(workload.load);
  const layout: Layout = {
    unit,
    scale: ratioScale(open, workload.functionMargin),
    limit: workload.functionMargin,
    changed,
  };
  const caption = `Functions of ${workload.name} by what is proven of them`;
  return markup`<section class="card table-card functions-card">${title}
<p>${summary(workload.functions)} A function may take ${margin(workload.functionMargin)} more CPU time of its own per ${unit} before it fails the gate.</p>
${tools(sorted, changed)}
${table(open, caption, layout)}
${rest.length === 0 ? null : markup`<details class="more"><summary>${plural(rest.length, 'more function')}</summary>${table(rest, `${caption}, continued`, layout)}</details>`}
${hidden === 0 ? null : markup`<p class="muted">${plural(hidden, 'further function')} without a larger change: see <code>result.json</code>.</p>`}
</section>`;
}

/** What all rows of a table have in common. */
interface Layout {
  readonly unit: string;
  readonly scale: Scale;
  readonly limit: number;
  readonly changed: ReadonlySet<string> | null;
}

function tools(functions: readonly FunctionResult[], changed: ReadonlySet<string> | null): Markup {
  return tableTools({
    noun: 'functions',
    rows: functions.length,
    classes: [...new Set(functions.map((one) => one.class))],
    hasChanged: functions.some((one) => isChanged(one, changed)),
  });
}

/** What is said where bounds alone would have the reader expect a finding; the page's guide says when that is. */
const withheld = 'beyond the margin by its bounds, yet nothing is claimed of it';

/** Bounds hold for all functions together, so it is not chance that keeps a finding from it. */
function isWithheld(own: Bounded | null, one: FunctionResult, limit: number): boolean {
  if (one.class !== 'unproven' || own === null) return false;
  return (own.lower ?? 0) > limit || (own.upper ?? 0) < 1 / (1 + limit) - 1;
}

/** Whether its own lines, or those of what is inlined into it, are among the changed ones. */
function isChanged({ key, culprit }: FunctionResult, changed: ReadonlySet<string> | null): boolean {
  return changed?.has(key) === true || culprit?.kind === 'changed' || culprit?.kind === 'inlines_changed';
}

function summary(functions: readonly FunctionResult[]): string {
  const number = (kind: FunctionResult['class']): number =>
    functions.filter((one) => one.class === kind).length;
  const said = (['slower', 'faster', 'new', 'gone', 'moved'] as const)
    .filter((kind) => number(kind) > 0)
    .map((kind) => `${number(kind)} ${kind === 'slower' || kind === 'faster' ? `proven ${kind}` : kind}`);
  const judged = `${plural(functions.length, 'function')} judged`;
  return said.length === 0 ? `${judged}; no change is proven of any.` : `${judged}: ${said.join(', ')}.`;
}

function ratioScale(functions: readonly FunctionResult[], limit: number): Scale {
  const values = functions.map(ownChange).flatMap((own) => (own === null ? [] : known(own)));
  const reach = Math.max(limit * 1.5, 0.05, ...values.map(Math.abs));
  const drawn = Math.min(reach, drawnRatio) * 1.08;
  return scaleBetween(-drawn, drawn);
}

const columns = [
  { title: () => 'Function', kind: '', by: 'name' },
  { title: () => 'Finding', kind: '', by: null },
  { title: (unit: string) => `Own time per ${unit}`, kind: 'number', by: 'own' },
  { title: () => '', kind: 'drawn', by: null },
  { title: () => 'Adds to the total', kind: 'number', by: 'adds' },
  { title: () => 'Share of CPU time', kind: 'number', by: 'share' },
] as const;

/** Roles are spelled out because narrow screens lay the rows out as blocks, which would take their meaning away. */
function table(rows: readonly FunctionResult[], caption: string, layout: Layout): Markup {
  const heads = columns.map(({ title, kind, by }) =>
    kind === 'drawn'
      ? markup`<td role="cell" class="drawn"></td>`
      : markup`<th scope="col" role="columnheader" class="${kind}"${by === null ? null : markup` data-by="${by}"`}>${title(layout.unit)}</th>`,
  );
  const row = (one: FunctionResult): Markup => {
    const [name, ...rest] = cells(one, layout);
    const others = rest.map((cell, index) => {
      const { kind, title } = columns[index + 1] as (typeof columns)[number];
      return markup`<td role="cell" class="${kind}" data-label="${title(layout.unit)}">${cell}</td>`;
    });
    return markup`<tr role="row" class="${one.class}"${figures(one, layout)}><th scope="row" role="rowheader">${name ?? null}</th>${others}</tr>
`;
  };
  return markup`<div class="scroll"><table role="table" class="functions"><caption class="visually-hidden">${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">
${rows.map(row)}</tbody></table></div>`;
}

/** What scripts sort and filter by. */
function figures(one: FunctionResult, { changed }: Layout): Markup {
  const own = ownChange(one);
  return markup` data-class="${one.class}" data-adds="${short(one.contribution.estimate)}" data-share="${short(Math.max(one.baseShare, one.headShare))}"${own === null ? null : markup` data-own="${short(own.estimate)}"`}${isChanged(one, changed) ? markup` data-changed` : null}`;
}

function short(value: number): number {
  return Number(value.toPrecision(4));
}

/** A function's cells, in the order of the columns. */
function cells(one: FunctionResult, { scale, limit, changed }: Layout): readonly Content[] {
  const where = place(one.file, one.line);
  const own = ownChange(one);
  const said =
    remark(one) ??
    (isChanged(one, changed)
      ? 'changed in this pull request'
      : isWithheld(own, one, limit)
        ? withheld
        : null);
  return [
    markup`<code class="name">${shown(one.name, 160)}</code>${where === '' ? null : markup`<code class="place">${shown(where, 160)}</code>`}${tierLine(one)}${said === null ? null : markup`<span class="remark">${shown(said, 500)}</span>`}`,
    markup`<span class="finding" title="${findingMeaning(one)}"><span aria-hidden="true">${classSign[one.class]}</span> ${finding(one)}</span>`,
    figure(own),
    drawing(own, scale, limit),
    figure(one.contribution),
    `${percent(one.baseShare)} → ${percent(one.headShare)}`,
  ];
}

/** In which of a JIT compiler's tiers the function ran: a change there is no change of its code. */
function tierLine({ tiers }: FunctionResult): Markup | null {
  const large = tiers?.filter(({ base, head }) => Math.max(base, head) >= leastTier) ?? [];
  if (large.length === 0) return null;
  const said = large.map(({ tier, base, head }) => `${tier} ${percent(base)} → ${percent(head)}`);
  return markup`<span class="tiers">${shown(said.join(', '), 300)}</span>`;
}

function figure(value: Bounded | null): Markup | string {
  if (value === null) return '–';
  return markup`<strong>${change(value.estimate)}</strong><span class="bounds">${bounds(value)}</span>`;
}

/** A small forest row; the figures stand beside it, so it is hidden from screen readers. */
function drawing(own: Bounded | null, scale: Scale, limit: number): Markup | null {
  if (own === null) return null;
  const at = scale.at(limit);
  return markup`<svg class="plot small" width="100%" height="24" aria-hidden="true"><line class="zero" x1="${scale.at(0)}" x2="${scale.at(0)}" y1="0" y2="24"/><line class="margin" x1="${at}" x2="${at}" y1="2" y2="22"/>${interval(own, 12, scale, 4)}</svg>`;
}
