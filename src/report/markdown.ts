/** The result as GitHub Markdown: a job summary or a comment. The first sentence is the verdict. */

import {
  bounded,
  bounds,
  change,
  margin,
  nanoseconds,
  percent,
  place,
  plural,
  seconds,
  unitName,
} from '../text/format.js';
import type { FunctionResult, Result, WorkloadResult } from '../verdict/result.js';
import { code, inline, prose } from './escape/markdown.js';
import { layoutPartText, layoutText } from './layouts.js';
import {
  consequence,
  hasTotal,
  headline,
  neededSentence,
  ownReasons,
  type Phrase,
  verdictSign,
  verdictWord,
} from './phrase.js';
import { loadText, missingTexts, qualityLine, qualityRows } from './quality.js';
import { classSign, finding, mattering, ownChange, ranked, remark } from './ranking.js';
import {
  fromTo,
  rankedWaits,
  waitChange,
  waitingLine,
  waitQualityText,
  waitSign,
  waitWhat,
} from './waits.js';

export interface MarkdownOptions {
  /** The text never has more characters (UTF-16 units) than this. */
  readonly maxCharacters: number;
  /** Where the whole report is. */
  readonly reportLink?: string | null;
  /** Remarks of the caller, shown with the result's own. */
  readonly notes?: readonly string[];
}

/** How much is shown: everything is cut by whole rows and sections, so that markup always closes. */
interface Extent {
  readonly workloads: number;
  readonly functions: number;
  readonly unproven: number;
  readonly details: boolean;
  readonly messages: number;
}

/** From generous to bare; the first that fits is taken. */
const extents: readonly Extent[] = [
  { workloads: 100, functions: 50, unproven: 5, details: true, messages: 100 },
  { workloads: 100, functions: 20, unproven: 3, details: true, messages: 30 },
  { workloads: 100, functions: 10, unproven: 0, details: true, messages: 10 },
  { workloads: 100, functions: 5, unproven: 0, details: false, messages: 5 },
  { workloads: 30, functions: 3, unproven: 0, details: false, messages: 3 },
  { workloads: 10, functions: 1, unproven: 0, details: false, messages: 1 },
  { workloads: 3, functions: 0, unproven: 0, details: false, messages: 0 },
  { workloads: 0, functions: 0, unproven: 0, details: false, messages: 0 },
];

/** Markdown of at most `maxCharacters` (at least 40 are needed for the bare verdict). */
export function renderMarkdown(result: Result, options: MarkdownOptions): string {
  const sorted = { ...result, workloads: ordered(result.workloads) };
  for (const extent of extents) {
    const text = render(sorted, options, extent);
    if (text.length <= options.maxCharacters) return text;
  }
  const sentence = `${phraseText(headline(sorted))}\n`;
  return sentence.length <= options.maxCharacters ? sentence : `**profbound: ${result.verdict}**\n`;
}

function render(result: Result, options: MarkdownOptions, extent: Extent): string {
  const shown = result.workloads.slice(0, extent.workloads);
  const left = result.workloads.length - shown.length;
  const remarks = [...(options.notes ?? []), ...result.notes];
  const blocks = [
    phraseText(headline(result)),
    consequence(result) ?? '',
    shown.length > 0 ? workloadTable(shown) : '',
    left > 0 ? `${plural(left, 'workload')} more in the report.` : '',
    bullets(
      ownReasons(result).map(({ message }) => message),
      extent.messages,
    ),
    ...shown.map((workload) => workloadBlock(workload, extent, shown.length > 1)),
    bullets(remarks, extent.messages),
    extent.details ? measurement(result) : '',
    options.reportLink ? `[Open the full report](${linkTarget(options.reportLink)})` : '',
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** Workloads that need attention come first, and so do their functions: sorted once, however often it is cut. */
function ordered(workloads: readonly WorkloadResult[]): WorkloadResult[] {
  const rank = { fail: 0, inconclusive: 1, pass: 2 };
  return workloads
    .map((workload) => ({ ...workload, functions: ranked(workload.functions) }))
    .sort((a, b) => rank[a.verdict] - rank[b.verdict]);
}

/** The verdict's sentence; it begins with its word, so the rest stands within a line. */
function phraseText(segments: Phrase): string {
  return segments
    .map(({ kind, text }) => {
      if (kind === 'code') return code(text);
      return kind === 'strong' ? `**${inline(text)}**` : inline(text);
    })
    .join('');
}

function bullets(messages: readonly string[], limit: number): string {
  const lines = messages.slice(0, limit).map((message) => `- ${prose(message)}`);
  const left = messages.length - lines.length;
  if (left > 0 && limit > 0) lines.push(`- … ${left} more in the report`);
  return lines.join('\n');
}

function tableText(head: readonly string[], right: number, rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, index) => (index < right ? '---' : '--:'));
  return [head, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function workloadTable(workloads: readonly WorkloadResult[]): string {
  return tableText(
    ['workload', 'verdict', 'CPU time per unit', 'change', 'bounds', 'margin'],
    2,
    workloads.map((workload) => {
      const { name, verdict, cpuPerUnit, total } = workload;
      const figures = hasTotal(workload)
        ? [
            `${nanoseconds(cpuPerUnit.base)} → ${nanoseconds(cpuPerUnit.head)}`,
            `**${change(total.estimate)}**`,
            bounds(total),
          ]
        : ['unknown', '', ''];
      const word = `${verdictSign[verdict]} ${verdictWord[verdict].toLowerCase()}`;
      return [code(name), word, ...figures, margin(total.margin)];
    }),
  );
}

function workloadBlock(workload: WorkloadResult, extent: Extent, titled: boolean): string {
  const { functions, verdict } = workload;
  const rows = mattering(functions, extent.functions, verdict === 'inconclusive' ? extent.unproven : 0);
  const more = neededSentence(workload);
  const parts = [
    bullets(
      workload.reasons.map((reason) => reason.message),
      extent.messages,
    ),
    more === null || extent.messages === 0 ? '' : more,
    rows.length > 0 ? functionTable(rows, workload) : '',
    waitBlock(workload, extent),
  ].filter((part) => part !== '');
  if (parts.length === 0) return '';
  return [...(titled ? [`#### ${code(workload.name)}`] : []), ...parts].join('\n\n');
}

function functionTable(rows: readonly FunctionResult[], { load, functions }: WorkloadResult): string {
  const text = tableText(
    ['function', '', `own CPU time per ${unitName(load)}`, 'adds to the total', 'share'],
    2,
    rows.map((one) => {
      const where = place(one.file, one.line);
      const own = ownChange(one);
      const said = remark(one);
      const name = where === '' ? code(one.name) : `${code(one.name)} ${code(where)}`;
      return [
        said === null ? name : `${name}<br>${inline(said)}`,
        `${classSign[one.class]} ${finding(one)}`,
        own === null ? '' : bounded(own),
        bounded(one.contribution),
        `${percent(one.baseShare)} → ${percent(one.headShare)}`,
      ];
    }),
  );
  const hidden = functions.length - rows.length;
  return hidden > 0 ? `${text}\n\n${plural(hidden, 'function')} more in the report.` : text;
}

/** The waits of which something is proven, with what a unit of work waits in all; nothing where nothing is proven. */
function waitBlock(workload: WorkloadResult, extent: Extent): string {
  const { offCpu, load } = workload;
  const line = waitingLine(workload);
  if (offCpu === null || line === null || extent.functions === 0) return '';
  const proven = rankedWaits(offCpu).filter((one) => one.class !== 'unproven');
  if (proven.length === 0 && offCpu.total.class === 'unproven') return '';
  const rows = proven.slice(0, extent.functions).map((one) => {
    const where = place(one.file, one.line);
    return [
      where === '' ? code(one.name) : `${code(one.name)} ${code(where)}`,
      `${waitSign[one.class]} ${one.class}`,
      waitWhat(one),
      fromTo(one),
      waitChange(one),
    ];
  });
  const heads = ['function', '', '', `time per ${unitName(load)}`, 'change'];
  const hidden = proven.length - rows.length;
  return [
    prose(`${line}.`),
    rows.length > 0 ? tableText(heads, 3, rows) : '',
    hidden > 0 ? `${plural(hidden, 'wait')} more in the report.` : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function measurement(result: Result): string {
  const sections = result.workloads.map((workload) => {
    const limits = bullets([...workload.capture.limits, ...missingTexts(workload)], 10);
    const mde = workload.total.mde;
    const load = loadText(workload);
    const layout = [layoutText(workload), layoutPartText(workload)].filter((text) => text !== null);
    const facts = [
      `**${code(workload.name)}**: ${inline(qualityLine(workload))}`,
      ...(load === null ? [] : [`Load: ${load}.`]),
      ...(layout.length === 0 ? [] : [`Code ${layout.join('; ')}.`]),
      mde === null
        ? 'No change could have been proven.'
        : `Smallest change that could have been proven: ${change(mde)}.`,
      ...waitFacts(workload),
    ].join('\n');
    const rows = qualityRows(workload).map((row) => [row.label, row.base, row.head]);
    return [facts, limits, tableText(['', 'base', 'head'], 1, rows)]
      .filter((part) => part !== '')
      .join('\n\n');
  });
  const { base, head } = result.refs;
  const refs = `Compared ${code(base.name)}${commitText(base.commit)} (base) with ${code(head.name)}${commitText(head.commit)} (head).`;
  const total = result.workloads.reduce((sum, workload) => sum + workload.seconds, 0);
  return [
    `<details><summary>How it was measured (${seconds(total)})</summary>`,
    refs,
    environmentText(result),
    ...sections,
    '</details>',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function waitFacts(workload: WorkloadResult): string[] {
  const line = waitingLine(workload);
  return workload.offCpu === null || line === null
    ? []
    : [prose(`${line}.`), prose(`Waits: ${waitQualityText(workload.offCpu)}.`)];
}

function commitText(commit: string | null): string {
  return commit === null ? '' : ` at ${code(commit.slice(0, 12))}`;
}

function environmentText({ environment }: Result): string {
  if (environment === null) return '';
  return prose(
    `Machine: ${environment.cpuModel}, ${plural(environment.cpus, 'CPU')}, kernel ${environment.kernel}; service on CPUs ${environment.serviceCpus}, load on ${environment.loadCpus}.`,
  );
}

/** Characters that could end the link's target, or the table or line it stands in, are percent-encoded. */
function linkTarget(link: string): string {
  return link.replace(/[^!#-'*-;=?-[\]_a-z~]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}
