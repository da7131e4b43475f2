/** How good the captures of a side are. */
import type { Side } from '../bundle/schema.js';
import type { CaptureSummary } from '../bundle/summary.js';
import { type Panel, sumOfFirst } from './panel.js';
import type { SideQuality, WorkloadResult } from './result.js';
import { lostSamples } from './validity.js';

/**
 * @param summaries the side's captures; empty for a profile that says nothing but its samples
 * @param n         the same captures in the panel: its first pairs
 */
export function sideQuality(
  summaries: readonly CaptureSummary[],
  panel: Panel,
  n: number,
  side: Side,
): SideQuality {
  const sum = (figure: (summary: CaptureSummary) => number) =>
    summaries.reduce((total, summary) => total + figure(summary), 0);
  const samples = sumOfFirst(panel.totals[side].counts, n);
  const lost = sum(lostSamples);
  const bpfRuns = sum(({ overhead }) => overhead.bpfRunCount);
  const bpfNanoseconds = sum(({ overhead }) => overhead.bpfRunNanoseconds);
  const collector = sum(({ overhead }) => overhead.collectorCpuNanoseconds);
  const cpu = sum(({ cpuNanoseconds }) => cpuNanoseconds);
  let unresolved = 0;
  for (const row of panel.rows) if (!row.resolved) unresolved += sumOfFirst(row[side].counts, n);
  return {
    samples,
    lost: part(lost, samples + lost),
    unresolved: part(unresolved, samples),
    truncated: part(
      sum(({ truncated }) => truncated),
      samples,
    ),
    incompleteStacks: part(
      sum(({ incomplete }) => Object.values(incomplete).reduce((a, b) => a + b, 0)),
      samples,
    ),
    overhead: {
      nsPerSample: bpfRuns > 0 ? bpfNanoseconds / bpfRuns : null,
      cpuShare: part(collector + bpfNanoseconds, cpu),
    },
  };
}

/** How it was captured, as the first capture says; limits of any capture, each once. */
export function captureFacts(summaries: readonly CaptureSummary[]): WorkloadResult['capture'] {
  const first = summaries[0];
  if (!first) return { backend: 'unknown', event: 'unknown', rateHz: 0, limits: [] };
  const limits = [...new Set(summaries.flatMap((summary) => summary.limits))].sort();
  return { backend: first.backend, event: first.event, rateHz: first.rateHz, limits };
}

function part(count: number, all: number): number {
  return all > 0 ? count / all : 0;
}
