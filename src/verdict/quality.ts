/** How good the captures of a side are. */
import type { Side } from '../bundle/schema.js';
import { type Pair, sumOver } from './pairs.js';
import { type Panel, sumOfFirst } from './panel.js';
import type { SideQuality, WorkloadResult } from './result.js';
import { lostSamples } from './validity.js';

export function sideQuality(pairs: readonly Pair[], panel: Panel, side: Side): SideQuality {
  const sum = (figure: Parameters<typeof sumOver>[2]) => sumOver(pairs, side, figure);
  const samples = sum(({ summary }) => summary.samples);
  const lost = sum(lostSamples);
  const bpfRuns = sum(({ summary }) => summary.overhead.bpfRunCount);
  const bpfNanoseconds = sum(({ summary }) => summary.overhead.bpfRunNanoseconds);
  const collector = sum(({ summary }) => summary.overhead.collectorCpuNanoseconds);
  const cpu = sum(({ summary }) => summary.cpuNanoseconds);
  const incomplete = sum(({ summary }) => Object.values(summary.incomplete).reduce((a, b) => a + b, 0));
  return {
    samples,
    lost: part(lost, samples + lost),
    unresolved: unresolvedShare(panel, pairs.length, side),
    truncated: part(
      sum(({ summary }) => summary.truncated),
      samples,
    ),
    incompleteStacks: part(incomplete, samples),
    overhead: {
      nsPerSample: bpfRuns > 0 ? bpfNanoseconds / bpfRuns : null,
      cpuShare: cpu > 0 ? (collector + bpfNanoseconds) / cpu : 0,
    },
  };
}

/** Share of samples whose running function has no name. */
function unresolvedShare(panel: Panel, n: number, side: Side): number {
  let unresolved = 0;
  for (const row of panel.rows) if (!row.resolved) unresolved += sumOfFirst(row[side].counts, n);
  return part(unresolved, sumOfFirst(panel.totals[side].counts, n));
}

/** How it was captured, as the first capture says; limits of any capture, each once. */
export function captureFacts(pairs: readonly Pair[]): WorkloadResult['capture'] {
  const summaries = pairs.flatMap(({ base, head }) => [base.summary, head.summary]);
  const first = summaries[0];
  if (!first) return { backend: '', event: '', rateHz: 0, limits: [] };
  const limits = [...new Set(summaries.flatMap((summary) => summary.limits))].sort();
  return { backend: first.backend, event: first.event, rateHz: first.rateHz, limits };
}

function part(count: number, all: number): number {
  return all > 0 ? count / all : 0;
}
