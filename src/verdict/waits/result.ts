/** Findings about waits as the result shows them. */
import type { BundleWorkload, Side } from '../../bundle/schema.js';
import { type Pair, sumOver } from '../captures/pairs.js';
import { longestText } from '../functions/result.js';
import type { Bounded } from '../result.js';
import { estimateWait, waitBounds } from './estimate.js';
import type { OffCpu, WaitQuality, WaitResult } from './schema.js';
import type { RowFinding, WaitFindings } from './test.js';

/** Waits for work and waits within it that are shown, those that take most. */
const mostIdle = 20;
const mostWithin = 300;

/** @param pairs that the findings rest on */
export function offCpuResult(
  { offCpu: policy }: BundleWorkload,
  waits: WaitFindings | null,
  pairs: readonly Pair[],
): OffCpu | null {
  if (waits === null || policy === undefined) return null;
  const { total, runnable, idle, threadTime } = waits;
  return {
    mode: policy.mode,
    margin: policy.margin,
    total: {
      base: total.estimate.base,
      head: total.estimate.head,
      change: total.change,
      contribution: over(total.added, threadTime),
      class: total.proof ?? 'unproven',
      waiver: waits.waived.total,
    },
    idle: { base: idle.base, head: idle.head },
    runnable: { base: runnable.estimate.base, head: runnable.estimate.head, change: runnable.change },
    threadTime,
    waits: [
      ...waits.rows
        .filter(({ row }) => !row.idle)
        .sort(byContribution)
        .slice(0, mostWithin),
      ...waits.rows
        .filter(({ row }) => row.idle)
        .sort(bySize)
        .slice(0, mostIdle),
    ].map((finding) => waitResult(finding, waits)),
    quality: { base: quality(pairs, waits, 'base'), head: quality(pairs, waits, 'head') },
  };
}

/** Keys of the places where threads wait for work and for nothing else. */
export function idlePlaces({ waits }: OffCpu): Set<string> {
  const within = new Set(waits.filter(({ idle }) => !idle).map(({ key }) => key));
  const idle = waits.filter((one) => one.idle).map(({ key }) => key.replace(/ \(idle\)$/, ''));
  return new Set(idle.filter((key) => !within.has(key)));
}

function waitResult(finding: RowFinding, { threadTime, quantile, waived }: WaitFindings): WaitResult {
  const { row, estimate, proof, change, added } = finding;
  const { grouping } = estimate;
  const { name, file, line, kind } = row.place;
  return {
    key: row.key.slice(0, longestText),
    name: name.slice(0, longestText),
    file: file?.slice(0, longestText) ?? null,
    line,
    kind,
    idle: row.idle,
    base: estimate.base,
    head: estimate.head,
    change,
    contribution: over(added, threadTime),
    class: proof ?? 'unproven',
    waiver: waived.rows.get(finding) ?? null,
    paths: row.paths
      .map(({ callers, cells }) => ({ callers, estimate: estimateWait(cells, grouping) }))
      .filter(({ estimate: { base, head } }) => base + head > 0)
      .map(({ callers, estimate: own }) => ({
        callers: callers.map((caller) => caller.slice(0, longestText)),
        base: own.base,
        head: own.head,
        change: waitBounds(own, (df) => quantile(df, row.paths.length)).change,
      })),
  };
}

function over({ estimate, lower, upper }: Bounded, whole: number): Bounded {
  const part = (value: number) => (whole > 0 ? value / whole : 0);
  return {
    estimate: part(estimate),
    lower: lower === null ? null : part(lower),
    upper: upper === null ? null : part(upper),
  };
}

function byContribution(a: RowFinding, b: RowFinding): number {
  return Math.abs(b.added.estimate) - Math.abs(a.added.estimate) || byKey(a, b);
}

function bySize(a: RowFinding, b: RowFinding): number {
  const size = ({ estimate: { base, head } }: RowFinding) => base + head;
  return size(b) - size(a) || byKey(a, b);
}

function byKey(a: RowFinding, b: RowFinding): number {
  return a.row.key < b.row.key ? -1 : 1;
}

function quality(pairs: readonly Pair[], waits: WaitFindings, side: Side): WaitQuality {
  const sum = (figure: (offCpu: NonNullable<Pair[Side]['summary']['offCpu']>) => number) =>
    sumOver(pairs, side, ({ summary }) => (summary.offCpu ? figure(summary.offCpu) : 0));
  const blocked = sum(({ blockedNanoseconds }) => blockedNanoseconds);
  const units = sumOver(pairs, side, (capture) => capture.units);
  const machine = sumOver(pairs, side, ({ summary }) => summary.wallNanoseconds * summary.machineCpus);
  const older = sum(({ withoutStackNanoseconds }) => withoutStackNanoseconds.blocked_before ?? 0);
  return {
    blocked: part(blocked, units),
    older: part(older, blocked),
    withoutStack: part(waits.untracedNanoseconds[side], part(blocked, units)),
    lost: sum(({ lost }) => Object.values(lost).reduce((all, each) => all + each, 0)),
    blocks: sum(({ blocks }) => blocks),
    stacks: sum(({ stacks }) => stacks),
    overhead: part(
      sum(({ bpfRunNanoseconds }) => bpfRunNanoseconds),
      machine,
    ),
  };
}

function part(value: number, whole: number): number {
  return whole > 0 ? value / whole : 0;
}
