/** The result for a terminal: verdict first, then each workload with the functions that matter. */
import type { FunctionResult, Result, Verdict, WorkloadResult } from '../verdict/result.js';
import { columns, padEnd, padStart, shorten, wrap } from './escape/columns.js';
import { shown, visible } from './escape/visible.js';
import { bounded, margin, nanoseconds, percent, place, plural, unitName } from './format.js';
import { consequence, designCaveat, headline, needed, plain, verdictSign, verdictWord } from './phrase.js';
import { loadText, qualityLine } from './quality.js';
import { classSign, mattering } from './ranking.js';

export interface TerminalOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

const shownFunctions = 12;
const shownUnproven = 3;
/** From this many columns on, functions stand in a table; below, two lines each. */
const tableWidth = 100;

type Paint = (style: keyof typeof styles, text: string) => string;
const styles = { bold: 1, faint: 2, red: 31, green: 32, yellow: 33, blue: 34 } as const;
const verdictStyle = { pass: 'green', fail: 'red', inconclusive: 'yellow' } as const satisfies Record<
  Verdict,
  string
>;

/** Lines of text ending in a newline; control characters in names are made visible, colour only on request. */
export function renderTerminal(result: Result, { color, width }: TerminalOptions): string {
  const paint: Paint = (style, text) => (color ? `\x1b[${styles[style]}m${text}\x1b[0m` : text);
  const room = Math.max(40, width);
  const paragraph = (text: string, indent = ''): string[] => wrap(visible(text), room, indent);
  const lines = paragraph(plain(headline(result))).map((line) => paint(verdictStyle[result.verdict], line));
  for (const remark of [consequence(result), designCaveat(result)]) {
    if (remark !== null) lines.push(...paragraph(remark));
  }
  for (const reason of result.reasons) lines.push(...paragraph(`- ${reason.message}`, '  '));
  for (const workload of result.workloads) lines.push('', ...workloadLines(workload, room, paint));
  if (result.notes.length > 0) lines.push('');
  for (const note of result.notes) lines.push(...paragraph(`note: ${note}`, '  '));
  return `${lines.join('\n')}\n`;
}

function workloadLines(workload: WorkloadResult, width: number, paint: Paint): string[] {
  const { total, verdict } = workload;
  const unit = unitName(workload.load);
  const indented = (text: string): string[] => wrap(`  ${visible(text)}`, width, '    ');
  const lines = [
    `${paint(verdictStyle[verdict], `${verdictSign[verdict]} ${verdictWord[verdict].toLowerCase()}`)}  ${paint('bold', workload.name)}`,
    ...indented(
      `CPU time per ${unit} ${bounded(total)}, margin ${margin(total.margin)}; ${nanoseconds(workload.cpuPerUnit.base)} → ${nanoseconds(workload.cpuPerUnit.head)}`,
    ),
    ...functionLines(workload, width, paint),
  ];
  for (const reason of workload.reasons) lines.push(...indented(`- ${reason.message}`));
  const more = needed(workload);
  if (more !== null) lines.push(...indented(`${more[0]?.toUpperCase()}${more.slice(1)}.`));
  const measured = [qualityLine(workload), loadText(workload), ...workload.capture.limits].join(' · ');
  return [...lines, ...indented(measured).map((line) => paint('faint', line))];
}

function functionLines({ functions }: WorkloadResult, width: number, paint: Paint): string[] {
  const rows = mattering(functions, shownFunctions, shownUnproven);
  if (rows.length === 0) return ['  No function was above the minimum share.'];
  const lines = width >= tableWidth ? table(rows, width, paint) : stacked(rows, width, paint);
  const proven = functions.filter((one) => one.class !== 'unproven').length;
  const shownProven = rows.filter((one) => one.class !== 'unproven').length;
  if (proven > shownProven)
    lines.push(`  … and ${plural(proven - shownProven, 'more function')} with a proven change`);
  return lines;
}

function mark(one: FunctionResult, paint: Paint): string {
  const text = padEnd(`${classSign[one.class]} ${one.class}`, 10);
  return one.class === 'slower' ? paint('red', text) : one.class === 'faster' ? paint('blue', text) : text;
}

function stacked(rows: readonly FunctionResult[], width: number, paint: Paint): string[] {
  return rows.flatMap((one) => {
    const room = width - 14;
    const where = shown(place(one.file, one.line), 400);
    const name = shorten(shown(one.name, 400), room);
    const beside = columns(name) + columns(where) + 2 <= room;
    return [
      `  ${mark(one, paint)}  ${paint('bold', name)}${beside ? `  ${where}` : ''}`,
      ...(beside ? [] : [`              ${shorten(where, room)}`]),
      `              ${share(one)} of CPU time`,
      ...(one.ratio === null ? [] : [`              own time ${bounded(one.ratio)}`]),
      `              adds ${bounded(one.contribution)}`,
    ];
  });
}

function table(rows: readonly FunctionResult[], width: number, paint: Paint): string[] {
  const cells = rows.map((one) => [
    share(one),
    one.ratio === null ? '' : bounded(one.ratio),
    bounded(one.contribution),
  ]);
  const titles = ['share', 'own time', 'of the total'];
  const widths = titles.map((title, index) =>
    Math.max(columns(title), ...cells.map((row) => columns(row[index] ?? ''))),
  );
  const names = rows.map((one) => ({
    name: shown(one.name, 400),
    where: shown(place(one.file, one.line), 400),
  }));
  const room = width - 14 - widths.reduce((sum, one) => sum + one + 2, 0);
  if (room < 24) return stacked(rows, width, paint);
  const longest = Math.max(...names.map(({ name, where }) => columns(name) + columns(where) + 2), 8);
  const nameWidth = Math.min(room, longest);
  const figures = (row: readonly string[]): string =>
    row.map((cell, i) => `  ${padStart(cell, widths[i] ?? 0)}`).join('');
  return [
    paint('faint', `              ${padEnd('function', nameWidth)}${figures(titles)}`),
    ...rows.map((one, index) => {
      const { name = '', where = '' } = names[index] ?? {};
      const shortName = shorten(
        name,
        where === '' ? nameWidth : Math.max(12, nameWidth - columns(where) - 2),
      );
      const rest = nameWidth - columns(shortName) - 2;
      const shortWhere = rest >= 6 ? shorten(where, rest) : '';
      const label = `${paint('bold', shortName)}  ${padEnd(shortWhere, rest)}`;
      return `  ${mark(one, paint)}  ${label}${figures(cells[index] ?? [])}`;
    }),
  ];
}

function share(one: FunctionResult): string {
  return `${percent(one.baseShare)} → ${percent(one.headShare)}`;
}
