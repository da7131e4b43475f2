/** The result for a terminal: verdict first, then each workload with the functions that matter. */

import { bounded, margin, nanoseconds, percent, place, plural, unitName } from '../text/format.js';
import type { FunctionResult, Result, Verdict, WorkloadResult } from '../verdict/result.js';
import { columns, padEnd, padStart, shorten, wrap } from './escape/columns.js';
import { shown, visible } from './escape/visible.js';
import { layoutText } from './layouts.js';
import { missingTexts, worthALine } from './missing.js';
import {
  consequence,
  furtherReasons,
  hasTotal,
  headline,
  neededSentence,
  ownReasons,
  plain,
  verdictSign,
  verdictWord,
} from './phrase.js';
import { loadText, qualityLine } from './quality.js';
import { classSign, finding, mattering, ownChange, ranked, remark } from './ranking.js';
import { fromTo, rankedWaits, waitChange, waitingLine, waitSentence, waitSign } from './waits.js';

export interface TerminalOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

const shownFunctions = 12;
/** Functions without a proven change are shown only where nothing is decided. */
const shownUnproven = 3;
const narrowest = 40;
/** A table whose function column would be narrower than this becomes paragraphs. */
const narrowestName = 30;
const longestName = 400;
const indent = '  ';
const besideMark = ' '.repeat(14);

const styles = { bold: 1, faint: 2, red: 31, green: 32, yellow: 33, blue: 34 } as const;
type Paint = (style: keyof typeof styles, text: string) => string;
const verdictStyle = { pass: 'green', fail: 'red', inconclusive: 'yellow' } as const satisfies Record<
  Verdict,
  keyof typeof styles
>;

/** Lines of text ending in a newline; control characters in names are made visible, colour only on request. */
export function renderTerminal(result: Result, { color, width }: TerminalOptions): string {
  const paint: Paint = (style, text) => (color ? `\x1b[${styles[style]}m${text}\x1b[0m` : text);
  const room = Math.max(narrowest, width);
  const paragraph = (text: string): string[] => wrap(visible(text), room, '', indent);
  const lines = wrap(visible(plain(headline(result))), room).map((line) =>
    paint(verdictStyle[result.verdict], line),
  );
  const next = consequence(result);
  if (next !== null) lines.push(...wrap(next, room));
  for (const { message } of ownReasons(result)) lines.push(...paragraph(`- ${message}`));
  for (const workload of result.workloads) lines.push('', ...workloadLines(workload, room, paint));
  if (result.notes.length > 0) lines.push('');
  for (const note of result.notes) lines.push(...paragraph(`note: ${note}`));
  return `${lines.join('\n')}\n`;
}

function workloadLines(workload: WorkloadResult, width: number, paint: Paint): string[] {
  const { verdict } = workload;
  const paragraph = (text: string): string[] => wrap(visible(text), width, indent, indent + indent);
  const more = neededSentence(workload);
  const measured = [
    qualityLine(workload),
    layoutText(workload),
    loadText(workload),
    ...workload.capture.limits,
  ]
    .filter((fact) => fact !== null)
    .join(' · ');
  return [
    `${paint(verdictStyle[verdict], `${verdictSign[verdict]} ${verdictWord[verdict].toLowerCase()}`)}  ${paint('bold', workload.name)}`,
    ...paragraph(hasTotal(workload) ? totalText(workload) : 'CPU time per unit of work: unknown'),
    ...functionLines(workload, width, paint),
    ...waitLines(workload, width, paint),
    ...furtherReasons(workload).flatMap((message) => paragraph(`- ${message}`)),
    ...(more === null ? [] : paragraph(more)),
    ...paragraph(measured).map((line) => paint('faint', line)),
    ...missingTexts(workload, worthALine).flatMap(paragraph),
  ];
}

function totalText({ total, cpuPerUnit, load }: WorkloadResult): string {
  return `CPU time per ${unitName(load)} ${bounded(total)}, margin ${margin(total.margin)}; ${nanoseconds(cpuPerUnit.base)} → ${nanoseconds(cpuPerUnit.head)}`;
}

function functionLines({ functions, verdict }: WorkloadResult, width: number, paint: Paint): string[] {
  if (functions.length === 0) return wrap('No function was above the minimum share.', width, indent);
  const proven = functions.filter((one) => one.class !== 'unproven').length;
  const rows = mattering(ranked(functions), shownFunctions, verdict === 'inconclusive' ? shownUnproven : 0);
  const lines = rows.length === 0 ? [] : (table(rows, width, paint) ?? paragraphs(rows, width, paint));
  if (proven === 0)
    lines.push(
      ...wrap(`No change is proven of any of ${plural(functions.length, 'function')}.`, width, indent),
    );
  const hidden = proven - rows.filter((one) => one.class !== 'unproven').length;
  if (hidden > 0)
    lines.push(...wrap(`… and ${plural(hidden, 'more function')} with a proven change`, width, indent));
  return lines;
}

/** What a unit of work waits, and the waits of which something is proven. */
function waitLines(workload: WorkloadResult, width: number, paint: Paint): string[] {
  const { offCpu, load } = workload;
  const line = waitingLine(workload);
  if (offCpu === null || line === null) return [];
  const proven = rankedWaits(offCpu).filter((one) => one.class !== 'unproven');
  const rows = proven.slice(0, shownFunctions).flatMap((one) => {
    const { name, where } = label(one);
    const mark = padEnd(`${waitSign[one.class]} ${one.class}`, 10);
    const title = `${indent}${one.class === 'longer' || one.class === 'new' ? paint('red', mark) : mark}${indent}${paint('bold', shorten(name, width - besideMark.length))}`;
    const figures = waitSentence(one, `${fromTo(one)} per ${unitName(load)}, ${waitChange(one)}`);
    return [where === '' ? title : `${title}  ${where}`, ...wrap(figures, width, besideMark)];
  });
  return [...wrap(line, width, indent, indent + indent), ...rows];
}

function mark(one: FunctionResult, paint: Paint): string {
  const text = padEnd(`${classSign[one.class]} ${finding(one)}`, 10);
  if (one.class === 'slower' || one.class === 'new') return paint('red', text);
  return one.class === 'faster' || one.class === 'gone' ? paint('blue', text) : text;
}

/** A function's name and where it stands, for people. */
function label(one: Pick<FunctionResult, 'name' | 'file' | 'line'>): { name: string; where: string } {
  return { name: shown(one.name, longestName), where: shown(place(one.file, one.line), longestName) };
}

function figures(one: FunctionResult): readonly [string, string, string] {
  const own = ownChange(one);
  return [
    own === null ? '–' : bounded(own),
    bounded(one.contribution),
    `${percent(one.baseShare)} → ${percent(one.headShare)}`,
  ];
}

/** For narrow terminals: name, place, then the figures as running text. */
function paragraphs(rows: readonly FunctionResult[], width: number, paint: Paint): string[] {
  const room = width - besideMark.length;
  return rows.flatMap((one) => {
    const { name, where } = label(one);
    const [own, added, share] = figures(one);
    const beside = columns(name) + columns(where) + 2 <= room;
    const title = `${indent}${mark(one, paint)}${indent}${paint('bold', shorten(name, room))}`;
    return [
      beside && where !== '' ? `${title}  ${where}` : title,
      ...(beside || where === '' ? [] : [besideMark + shorten(where, room)]),
      ...wrap(`${own === '–' ? '' : `own time ${own}; `}adds ${added}; share ${share}`, width, besideMark),
      ...remarkLines(one, width),
    ];
  });
}

/** One line a function; null when there is no room for it. */
function table(rows: readonly FunctionResult[], width: number, paint: Paint): string[] | null {
  const titles = ['own time', 'adds to the total', 'share'] as const;
  const cells = rows.map(figures);
  const widths = titles.map((title, index) =>
    Math.max(columns(title), ...cells.map((row) => columns(row[index] ?? ''))),
  );
  const room = width - besideMark.length - widths.reduce((sum, one) => sum + one + 2, 0);
  if (room < narrowestName) return null;
  const labels = rows.map(label);
  const wanted = Math.max(...labels.map(({ name, where }) => columns(`${name}  ${where}`)));
  const nameWidth = Math.min(room, wanted);
  const line = (row: readonly string[]): string =>
    row.map((cell, index) => `  ${padStart(cell, widths[index] ?? 0)}`).join('');
  return [
    paint('faint', besideMark + padEnd('function', nameWidth) + line(titles)),
    ...rows.flatMap((one, index) => {
      const { name, where } = labels[index] ?? label(one);
      const shortName = shorten(name, Math.max(nameWidth - columns(where) - 2, Math.ceil(nameWidth / 2)));
      const rest = nameWidth - columns(shortName) - 2;
      const shortWhere = rest < 8 ? '' : `  ${shorten(where, rest)}`;
      const padding = ' '.repeat(Math.max(0, nameWidth - columns(shortName) - columns(shortWhere)));
      return [
        `${indent}${mark(one, paint)}${indent}${paint('bold', shortName)}${shortWhere}${padding}${line(cells[index] ?? [])}`,
        ...remarkLines(one, width),
      ];
    }),
  ];
}

/** Where a function's time comes from, below it. */
function remarkLines(one: FunctionResult, width: number): string[] {
  const said = remark(one);
  return said === null ? [] : wrap(shown(said, longestName), width, besideMark);
}
