/** What was found in each workload: one table of them all, then a block each. */
import {
  bounded,
  bounds,
  change,
  margin,
  nanoseconds,
  percent,
  place,
  plural,
  unitName,
} from '../../text/format.js';
import { waitWords } from '../../text/waits.js';
import type { FunctionResult, WorkloadResult } from '../../verdict/result.js';
import { code, inline, prose } from '../escape/markdown.js';
import { furtherReasons, hasTotal, neededSentence, verdictSign, verdictWord } from '../phrase.js';
import { classSign, finding, mattering, ownChange, remark, waiverText } from '../ranking.js';
import { fromTo, rankedWaits, waitChange, waitingLine, waitSign } from '../waits.js';
import type { Extent } from './extents.js';
import { bullets, joined, tableText } from './text.js';

export function workloadTable(workloads: readonly WorkloadResult[]): string {
  return tableText(
    ['workload', 'verdict', 'CPU time per unit', 'change', 'bounds', 'margin'],
    2,
    workloads.map((workload) => {
      const { name, verdict, cpuPerUnit, total, totalWaiver } = workload;
      const figures = hasTotal(workload)
        ? [
            `${nanoseconds(cpuPerUnit.base)} → ${nanoseconds(cpuPerUnit.head)}`,
            `**${change(total.estimate)}**`,
            bounds(total),
          ]
        : ['unknown', '', ''];
      const word = `${verdictSign[verdict]} ${verdictWord[verdict].toLowerCase()}`;
      const limit = `${margin(total.margin)}${totalWaiver?.status === 'waived' ? ' (waived)' : ''}`;
      return [code(name), word, ...figures, limit];
    }),
  );
}

export function workloadBlock(workload: WorkloadResult, extent: Extent, titled: boolean): string {
  const { functions, verdict } = workload;
  const rows = mattering(functions, extent.functions, verdict === 'inconclusive' ? extent.unproven : 0);
  const more = neededSentence(workload);
  const block = joined([
    bullets(furtherReasons(workload), extent.messages),
    more === null || extent.messages === 0 ? '' : more,
    rows.length > 0 ? functionTable(rows, workload) : '',
    provenLeft(functions, rows),
    waitBlock(workload, extent),
  ]);
  return block !== '' && titled ? joined([`#### ${code(workload.name)}`, block]) : block;
}

function functionTable(rows: readonly FunctionResult[], { load }: WorkloadResult): string {
  return tableText(
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
}

/** What the table of functions leaves out; of those with a proven change it is told how many. */
function provenLeft(functions: readonly FunctionResult[], shown: readonly FunctionResult[]): string {
  const count = (list: readonly FunctionResult[]) => list.filter((one) => one.class !== 'unproven').length;
  const proven = count(functions) - count(shown);
  const others = functions.length - shown.length - proven;
  if (proven > 0) {
    const rest = others > 0 ? `, and ${plural(others, 'other')},` : '';
    return `${plural(proven, 'more function')} with a proven change${rest} in the report.`;
  }
  return shown.length > 0 && others > 0 ? `${plural(others, 'more function')} in the report.` : '';
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
      [`waits ${waitWords[one.kind]}`, waiverText(one.waiver)].filter((part) => part !== null).join(', '),
      fromTo(one),
      waitChange(one),
    ];
  });
  const heads = ['function', '', '', `time per ${unitName(load)}`, 'change'];
  const hidden = proven.length - rows.length;
  return joined([
    prose(`${line}.`),
    rows.length > 0 ? tableText(heads, 3, rows) : '',
    hidden > 0 ? `${plural(hidden, 'more wait')} in the report.` : '',
  ]);
}
