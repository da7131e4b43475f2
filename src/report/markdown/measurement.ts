/** How it was measured: for whoever doubts the verdict, and for whoever owns the machine. */
import { change, plural } from '../../text/format.js';
import type { Result, WorkloadResult } from '../../verdict/result.js';
import { code, inline, prose } from '../escape/markdown.js';
import { layoutPartText, layoutText } from '../layouts.js';
import { missingTexts } from '../missing.js';
import { loadText, qualityLine, qualityRows } from '../quality.js';
import { runtimeTexts } from '../runtimes.js';
import { waitingLine, waitQualityText } from '../waits.js';
import { bullets, joined, tableText } from './text.js';

/** Limits and missing things listed one by one. */
const mostLimits = 10;

/** Refs, machine, and so many workloads with all that is known of their captures. */
export function measurement(result: Result, limit: number): string {
  const shown = result.workloads.slice(0, limit);
  const left = result.workloads.length - shown.length;
  const { base, head } = result.refs;
  return joined([
    `Compared ${code(base.name)}${commitText(base.commit)} (base) with ${code(head.name)}${commitText(head.commit)} (head).`,
    environmentText(result),
    ...shown.map(workloadText),
    left > 0
      ? `How ${plural(left, 'more workload')} ${left === 1 ? 'was' : 'were'} measured is in the report.`
      : '',
  ]);
}

function workloadText(workload: WorkloadResult): string {
  const { mde } = workload.total;
  const load = loadText(workload);
  const layout = [layoutText(workload), layoutPartText(workload)].filter((text) => text !== null);
  const facts = [
    `**${code(workload.name)}**: ${inline(qualityLine(workload))}`,
    ...(load === null ? [] : [`Load: ${load}.`]),
    ...runtimeTexts(workload).map((text) => prose(`${text[0]?.toUpperCase()}${text.slice(1)}.`)),
    ...(layout.length === 0 ? [] : [`Code ${layout.join('; ')}.`]),
    mde === null
      ? 'No change could have been proven.'
      : `Smallest change that could have been proven: ${change(mde)}.`,
    ...waitFacts(workload),
  ].join('\n');
  const rows = qualityRows(workload).map((row) => [row.label, row.base, row.head]);
  const limits = [...workload.capture.limits, ...missingTexts(workload)];
  return joined([facts, bullets(limits, mostLimits), tableText(['', 'base', 'head'], 1, rows)]);
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
