/**
 * Real gates on the samples, with a known truth: the same code on both sides, and patches that make it slower or faster
 * by a known amount.
 *
 *     npm run bench:gates -- [--quick] [--json] [--out DIR] [--only NAME,...] [--budget SECONDS] [--limit GATES] [--fresh]
 *
 * --only takes names of samples and of kinds (`A/A`). Some hours on a runner where nothing else runs. Each finished gate
 * is a line of DIR/gates.jsonl: a run that was ended goes on where it was, also after --limit more gates, and figures of
 * all lines are printed. Default DIR: .profbound/bench-gates.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { quantile } from 'simple-statistics';
import type { Result } from '../../src/verdict/result.js';
import { type Case, cases } from './gates/cases.js';
import { judgeSample } from './gates/sample.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    out: { type: 'string', default: join('.profbound', 'bench-gates') },
    only: { type: 'string' },
    budget: { type: 'string' },
    limit: { type: 'string' },
    fresh: { type: 'boolean', default: false },
  },
});
/** As much as a gate has by default. */
const budget = values.budget ?? (values.quick ? '20' : '900');

/** What is kept of a gate. */
interface Line {
  readonly kind: string;
  readonly sample: string;
  /** From 1 within its case. */
  readonly number: number;
  readonly verdict: Result['verdict'];
  readonly isRight: boolean;
  readonly code: string;
  readonly estimate: number;
  readonly pairs: number;
  /** From the first build to the verdict. */
  readonly seconds: number;
}

function readLines(file: string): Line[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

async function runGate({ kind, sample, patch, planted }: Case, number: number): Promise<Line> {
  const { result, seconds } = await judgeSample({ sample, patch, budget: Number(budget) });
  const [workload] = result.workloads;
  return {
    kind: kind.name,
    sample,
    number,
    verdict: result.verdict,
    isRight: kind.isRight(result, planted),
    code: result.reasons[0]?.code ?? '',
    estimate: workload?.total.estimate ?? Number.NaN,
    pairs: workload?.pairs ?? 0,
    seconds,
  };
}

const percent = (share: number): string => `${share < 0 ? '' : '+'}${(100 * share).toFixed(1)} %`;

function printLine({ kind, sample, number, verdict, isRight, code, estimate, pairs, seconds }: Line): void {
  const cells = [
    kind.padEnd(15),
    sample.padEnd(12),
    `${number}`.padStart(3),
    (isRight ? 'right' : 'WRONG').padEnd(6),
    verdict.padEnd(12),
    code.padEnd(22),
    percent(estimate).padStart(9),
    `${pairs} pairs`.padStart(9),
    `${seconds.toFixed(0)} s`.padStart(7),
  ];
  console.log(cells.join(' '));
}

interface Row {
  readonly kind: string;
  readonly what: string;
  readonly gates: number;
  readonly right: number;
  readonly wanted: number;
  readonly medianSeconds: number;
  readonly p90Seconds: number;
}

function rowsOf(lines: readonly Line[]): Row[] {
  const kinds = [...new Set(cases.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const own = lines.filter((line) => line.kind === kind.name);
    if (own.length === 0) return [];
    const seconds = own.map((line) => line.seconds);
    return {
      kind: kind.name,
      what: kind.what,
      gates: own.length,
      right: own.filter(({ isRight }) => isRight).length,
      wanted: kind.wanted(own.length),
      medianSeconds: quantile(seconds, 0.5),
      p90Seconds: quantile(seconds, 0.9),
    };
  });
}

function printRow({ kind, what, gates, right, wanted, medianSeconds, p90Seconds }: Row): void {
  const mark = right >= wanted ? 'met   ' : 'MISSED';
  const time = `verdict after ${medianSeconds.toFixed(0)} s (median), ${p90Seconds.toFixed(0)} s (p90)`;
  console.log(`  ${mark}  ${kind}: ${right} of ${gates} ${what}, wanted ${wanted}; ${time}`);
}

mkdirSync(values.out, { recursive: true });
const file = join(values.out, values.quick ? 'quick.jsonl' : 'gates.jsonl');
if (values.fresh || values.quick) rmSync(file, { force: true });
const lines = readLines(file);
lines.forEach(printLine);
const chosen = values.only?.split(',');
const planned = cases.filter(
  ({ kind, sample }) => chosen === undefined || chosen.includes(sample) || chosen.includes(kind.name),
);
// Round by round, so that every case has gates however early a run is ended.
const rounds = values.quick ? 1 : Math.max(...planned.map(({ gates }) => gates));
let left = values.limit === undefined ? Infinity : Number(values.limit);
for (let number = 1; number <= rounds; number++) {
  for (const one of values.quick ? planned.slice(0, 1) : planned) {
    const isDone = lines.some(
      ({ kind, sample, number: done }) => kind === one.kind.name && sample === one.sample && done === number,
    );
    if (isDone || number > one.gates || left-- <= 0) continue;
    const line = await runGate(one, number);
    appendFileSync(file, `${JSON.stringify(line)}\n`);
    lines.push(line);
    printLine(line);
  }
}
const rows = rowsOf(lines);
rows.forEach(printRow);
if (values.json) console.log(JSON.stringify({ rows, lines }));
