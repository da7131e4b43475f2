/**
 * Three gates of every sample: of the same code on both sides, of a function made slower, and of threads made to wait.
 *
 *     npm run bench:samples -- [--quick] [--only NAME,...] [--kinds KIND,...] [--budget SECONDS] [--json]
 *
 * Each has the budget that its .profbound.yml gives it, or --budget: an hour on a machine where nothing else runs. --quick
 * measures one gate, of a slower function, for 60 s at most. A sample whose toolchain is not here says so. Wanted of each: no
 * fail, a fail that names the function, the function that waits named, and at least 99 % of the samples resolved and of their
 * stacks complete.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Result, SideQuality } from '../../src/verdict/result.js';
import { findNamingPython, pathWith } from '../python.js';
import { judgeSample } from './gates/sample.js';
import { type SampleCase, sampleCases } from './samples/cases.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    kinds: { type: 'string' },
    budget: { type: 'string' },
  },
});
const budget = values.budget ?? (values.quick ? '60' : null);
/** Of samples, and of stacks. */
const wanted = 0.99;

const allKinds = ['A/A', 'slower', 'waiting'] as const;
type Kind = (typeof allKinds)[number];

interface Row {
  readonly sample: string;
  readonly kind: Kind;
  readonly verdict: Result['verdict'];
  /** Of what was planted, as far as the gate names it; null where nothing was planted, or it does not. */
  readonly named: string | null;
  readonly isRight: boolean;
  /** Shares of the samples, of the side that has less. */
  readonly resolved: number;
  readonly complete: number;
  readonly pairs: number;
  readonly seconds: number;
  /** Why the verdict is what it is. */
  readonly reasons: readonly string[];
}

async function gate(one: SampleCase, kind: Kind, path: string): Promise<Row> {
  const { sample, slower, waiting } = one;
  const patch = kind === 'A/A' ? null : kind === 'slower' ? slower.patch : waiting.patch;
  const { result, seconds } = await judgeSample({
    sample,
    patch,
    path,
    ...(budget === null ? {} : { budget: Number(budget) }),
    ...(values.quick ? { layouts: 1 } : {}),
  });
  const { verdict, workloads } = result;
  const pairs = workloads.reduce((sum, each) => sum + each.pairs, 0);
  const named =
    kind === 'slower'
      ? namedFunction(result, slower.function)
      : kind === 'waiting'
        ? namedWait(result, waiting.function)
        : null;
  const isRight =
    kind === 'A/A'
      ? verdict !== 'fail' && pairs > 0
      : named !== null && (kind === 'waiting' || verdict === 'fail');
  const least = (share: (quality: SideQuality) => number): number =>
    Math.min(...workloads.flatMap(({ quality: { base, head } }) => [share(base), share(head)]));
  return {
    sample,
    kind,
    verdict,
    named,
    isRight,
    resolved: least(({ unresolved }) => 1 - unresolved),
    complete: least(({ incompleteStacks, truncated }) => 1 - incompleteStacks - truncated),
    pairs,
    seconds,
    reasons: workloads.flatMap(({ reasons }) => reasons.map(({ code, message }) => `${code}: ${message}`)),
  };
}

function namedFunction({ workloads }: Result, planted: RegExp): string | null {
  const found = workloads
    .flatMap(({ functions }) => functions)
    .find(({ name, class: claim }) => planted.test(name) && claim === 'slower');
  return found?.name ?? null;
}

function namedWait({ workloads }: Result, planted: RegExp): string | null {
  const found = workloads
    .flatMap(({ offCpu }) => offCpu?.waits ?? [])
    .find(({ name, class: claim }) => planted.test(name) && (claim === 'longer' || claim === 'new'));
  return found?.name ?? null;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

function print(row: Row): void {
  const isRead = row.resolved >= wanted && row.complete >= wanted;
  const cells = [
    row.isRight && isRead ? 'met   ' : 'MISSED',
    row.sample.padEnd(14),
    row.kind.padEnd(7),
    row.verdict.padEnd(12),
    `resolved ${percent(row.resolved)}`.padEnd(18),
    `complete ${percent(row.complete)}`.padEnd(18),
    `${row.pairs} pairs`.padStart(9),
    `${row.seconds.toFixed(0)} s`.padStart(6),
    row.named ?? (row.kind === 'A/A' ? '' : 'not named'),
  ];
  console.log(cells.join('  ').trimEnd());
  // A patch that makes threads wait may take CPU time, too: then it is said how much.
  const isPlain = row.isRight && isRead && (row.kind !== 'waiting' || row.verdict !== 'fail');
  if (!isPlain) for (const reason of row.reasons) console.log(`        ${reason}`);
}

const python = findNamingPython();
const folder = mkdtempSync(join(tmpdir(), 'profbound-bench-samples-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const path = python === null ? (process.env.PATH ?? '') : pathWith(python, folder);
const chosen = values.only?.split(',');
const unknown = chosen?.find((name) => !sampleCases.some(({ sample }) => sample === name));
if (unknown !== undefined) {
  console.error(
    `there is no sample ${unknown}; there are ${sampleCases.map(({ sample }) => sample).join(', ')}`,
  );
  process.exit(2);
}
const wantedKinds = values.kinds?.split(',') ?? (values.quick ? ['slower'] : allKinds);
const kinds = allKinds.filter((kind) => wantedKinds.includes(kind));
const planned = sampleCases.filter(({ sample }) => chosen === undefined || chosen.includes(sample));
const rows: Row[] = [];
const absent: { sample: string; why: string }[] = [];
for (const one of values.quick && chosen === undefined ? planned.slice(0, 1) : planned) {
  const why = one.obstacle();
  if (why !== null) {
    absent.push({ sample: one.sample, why });
    console.log(`absent  ${one.sample.padEnd(14)}  ${why}`);
    continue;
  }
  for (const kind of kinds) {
    const row = await gate(one, kind, path);
    rows.push(row);
    print(row);
  }
}
const met = rows.filter(
  ({ isRight, resolved, complete }) => isRight && Math.min(resolved, complete) >= wanted,
);
console.log(`${met.length} of ${rows.length} gates as wanted`);
if (values.json) console.log(JSON.stringify({ budget, rows, absent }));
