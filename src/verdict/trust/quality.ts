/** How good the captures of a side are. */
import { causes } from '../../bundle/causes.js';
import type { Capture, Side } from '../../bundle/schema.js';
import type { CaptureSummary } from '../../bundle/summary.js';
import { type Panel, sumOfFirst } from '../captures/panel.js';
import type { SideQuality, WorkloadResult } from '../result.js';
import { sideConditions } from './surroundings.js';
import { lostSamples } from './validity.js';
import { whereMissing } from './whereMissing.js';

/**
 * @param summaries the side's captures; empty for a profile that says nothing but its samples
 * @param n         the same captures in the panel: its first pairs
 * @param captures  the same, where it is known what the machine did around them
 */
export function sideQuality(
  summaries: readonly CaptureSummary[],
  panel: Panel,
  n: number,
  side: Side,
  captures: readonly Capture[] = [],
): SideQuality {
  const sum = (figure: (summary: CaptureSummary) => number) =>
    summaries.reduce((total, summary) => total + figure(summary), 0);
  const samples = sumOfFirst(panel.totals[side].counts, n);
  const lost = sum(lostSamples);
  const sampling = sum(({ overhead }) => overhead.sampleRunNanoseconds);
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
    causes: missingByCause(summaries, samples, (kind, cause) => whereMissing(kind, cause, panel, n, side)),
    depths: addDepths(summaries),
    overhead: {
      nsPerSample: sampling > 0 && samples > 0 ? sampling / samples : null,
      cpuShare: part(collector + bpfNanoseconds, cpu),
      machineShare: part(
        collector + bpfNanoseconds,
        sum(({ wallNanoseconds, machineCpus }) => wallNanoseconds * machineCpus),
      ),
    },
    conditions: sideConditions(captures),
  };
}

/** What is missing, by cause, as a share of the samples; largest first. */
function missingByCause(
  summaries: readonly CaptureSummary[],
  samples: number,
  whereOf: (kind: keyof typeof causes, cause: string) => readonly string[],
): SideQuality['causes'] {
  const kinds = ['lost', 'incomplete', 'unresolved'] as const;
  return kinds
    .flatMap((kind) =>
      Object.keys(causes[kind]).map((cause) => {
        const missing = summaries.reduce((total, summary) => total + (summary[kind][cause] ?? 0), 0);
        return { kind, cause, share: part(missing, kind === 'lost' ? samples + missing : samples) };
      }),
    )
    .filter(({ share }) => share > 0)
    .map((one) => {
      const where = whereOf(one.kind, one.cause);
      return where.length > 0 ? { ...one, where: [...where] } : one;
    })
    .sort((a, b) => b.share - a.share || (a.cause < b.cause ? -1 : 1));
}

/** Samples by how many user frames they have, in steps of two. */
function addDepths(summaries: readonly CaptureSummary[]): SideQuality['depths'] {
  const sums = new Map<number, number>();
  for (const { frames, samples } of summaries.flatMap(({ depths }) => depths)) {
    sums.set(frames, (sums.get(frames) ?? 0) + samples);
  }
  return [...sums].map(([frames, samples]) => ({ frames, samples })).sort((a, b) => a.frames - b.frames);
}

/** How it was captured, as the first capture says; limits of any capture, each once. */
export function captureFacts(summaries: readonly CaptureSummary[]): WorkloadResult['capture'] {
  const first = summaries[0];
  if (!first) return { backend: 'unknown', event: 'unknown', rateHz: 0, limits: [] };
  const limits = [...new Set(summaries.flatMap((summary) => summary.limits))].sort();
  const { source, event, rateHz } = first;
  const backend = source === undefined ? first.backend : `${source.format}; CPU time by ${first.backend}`;
  return { backend, event, rateHz, limits };
}

function part(count: number, all: number): number {
  return all > 0 ? count / all : 0;
}
