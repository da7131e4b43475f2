/**
 * Gates by other profilers' profiles beside gates by the collector's: of the same two samples, in which one function
 * takes several times as long. They should all fail, and name it.
 *
 *     npm run bench:sources -- [--quick] [--json] [--only NAME,...] [--budget SECONDS]
 *
 * --only takes names of profilers and programs; --quick runs the first two. The gates of Java take Maven, which has
 * async-profiler, and a JDK.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { BundleManifest } from '../../src/bundle/schema.js';
import type { Result } from '../../src/verdict/result.js';
import { type Case, cases, fetchAsyncProfiler } from './sources/cases.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    budget: { type: 'string', default: '300' },
  },
});

interface Row {
  readonly program: string;
  readonly profiler: string;
  readonly verdict: Result['verdict'];
  readonly isRight: boolean;
  readonly total: number;
  readonly slower: readonly string[];
  readonly pairs: number;
  readonly samples: number;
  readonly unresolved: number;
  /** CPU time that the samples stand for, over that which was counted. */
  readonly coverage: number;
  readonly seconds: number;
}

function runGate({ name, program, source }: Case): Row {
  const folder = mkdtempSync(join(tmpdir(), 'profbound-bench-sources-'));
  try {
    const workload = source === null ? program.workload : { ...program.workload, source };
    const configuration = JSON.stringify({
      version: 1,
      workloads: { api: workload },
      capture: { seconds: program.seconds },
      gate: { budget: `${values.budget}s` },
    });
    for (const side of ['base', 'head']) {
      program.write(join(folder, side), side === 'head');
      writeFileSync(join(folder, side, '.profbound.yml'), configuration);
    }
    const began = performance.now();
    const words = [
      resolve('dist', 'cli.js'),
      'gate',
      '--base',
      'dir:base',
      '--head',
      'dir:head',
      '--out',
      'out',
    ];
    const { stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
    const seconds = (performance.now() - began) / 1000;
    const file = join(folder, 'out', 'result.json');
    if (!existsSync(file)) throw new Error(`no verdict by ${name}:\n${stdout}${stderr}`);
    return rowOf(name, program, file, join(folder, 'out', 'bundle', 'bundle.json'), seconds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function rowOf(
  profiler: string,
  { name, planted }: Case['program'],
  resultFile: string,
  bundleFile: string,
  seconds: number,
): Row {
  const { workloads } = JSON.parse(readFileSync(resultFile, 'utf8')) as Result;
  const bundle = JSON.parse(readFileSync(bundleFile, 'utf8')) as BundleManifest;
  const [workload] = workloads;
  if (workload === undefined) throw new Error(`${resultFile} has no workload`);
  const slower = workload.functions.filter((one) => one.class === 'slower').map((one) => one.name);
  const captures = bundle.workloads.flatMap((one) => one.captures);
  const sum = (
    of: (summary: BundleManifest['workloads'][number]['captures'][number]['summary']) => number,
  ): number => captures.reduce((all, { summary }) => all + of(summary), 0);
  return {
    program: name,
    profiler,
    verdict: workload.verdict,
    isRight: workload.verdict === 'fail' && slower.some((one) => planted.test(one)),
    total: workload.total.estimate,
    slower,
    pairs: workload.pairs,
    samples: workload.quality.base.samples + workload.quality.head.samples,
    unresolved: Math.max(workload.quality.base.unresolved, workload.quality.head.unresolved),
    coverage: sum(({ weight }) => weight) / sum(({ cpuNanoseconds }) => cpuNanoseconds),
    seconds,
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function print(row: Row): void {
  const cells = [
    row.isRight ? 'met   ' : 'MISSED',
    row.program.padEnd(10),
    row.profiler.padEnd(14),
    row.verdict.padEnd(12),
    `total ${row.total < 0 ? '' : '+'}${percent(row.total)}`.padEnd(15),
    `${row.pairs} pairs`.padStart(8),
    `${row.samples} samples`.padStart(14),
    `of ${percent(row.coverage)} of the CPU time`.padStart(26),
    `${percent(row.unresolved)} unresolved`.padStart(18),
    `${row.seconds.toFixed(0)} s`.padStart(6),
  ];
  console.log(`  ${cells.join('  ')}  slower: ${row.slower.slice(0, 3).join(', ') || 'none'}`);
}

const chosen = values.only?.split(',');
const planned = cases.filter(
  ({ name, program }) => chosen === undefined || chosen.includes(name) || chosen.includes(program.name),
);
const rows: Row[] = [];
for (const one of values.quick ? planned.slice(0, 2) : planned) {
  if (one.name === 'async-profiler') fetchAsyncProfiler();
  const row = runGate(one);
  rows.push(row);
  print(row);
}
if (values.json) console.log(JSON.stringify({ rows }));
