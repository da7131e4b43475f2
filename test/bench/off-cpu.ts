/**
 * What it costs to know where threads wait, for programs that do nothing but switch between threads; and how right it is, by a
 * program that knows how long it waits where.
 *
 *     npm run bench:off-cpu -- [--quick] [--json] [--collector FILE]
 *
 * Each program runs alone, under the collector, and under the collector with --off-cpu.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { captureSummarySchema } from '../../src/bundle/summary.js';
import { estimated, measurePlaces, type Place } from './off-cpu/places.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    collector: { type: 'string', default: join('dist', 'native', 'linux-x64', 'profbound-collect') },
  },
});
const seconds = values.quick ? 1 : 5;
const folder = mkdtempSync(join(tmpdir(), 'profbound-bench-'));
const program = join(folder, 'switches');

interface Row {
  readonly program: string;
  /** Switches a second: alone, under the collector, and with --off-cpu. */
  readonly rates: readonly [number, number, number];
  /** BPF time of both hooks over the machine's switches. */
  readonly nanosecondsPerSwitch: number;
  readonly stacksPerSecond: number;
  /** Lives less running, runnable and blocked time: 0, or something was lost. */
  readonly lostNanoseconds: number;
  /** What of the time on a CPU the scheduler does not count: interrupts and the hypervisor. */
  readonly uncounted: number;
}

function run(words: readonly [string, ...string[]]): number {
  const [file, ...rest] = words;
  // The collector's own lines are on standard output: a command's come on the other.
  const { stdout, stderr } = spawnSync(file, rest, { encoding: 'utf8' });
  const line = `${stdout}\n${stderr}`.split('\n').find((each) => each.startsWith('{"seconds"'));
  if (line === undefined) throw new Error(`${words.join(' ')} could not be measured: ${stderr}`);
  const { seconds, switches } = JSON.parse(line) as { seconds: number; switches: number };
  return switches / seconds;
}

function measure(kind: string): Row {
  const command = [program, kind, String(seconds)] as const;
  const collect = [values.collector, 'record', '--backend', 'bpf', '--out', folder] as const;
  const rates = [
    run(command),
    run([...collect, '--', ...command]),
    run([...collect, '--off-cpu', '--', ...command]),
  ] as const;
  const summary = captureSummarySchema.parse(JSON.parse(readFileSync(join(folder, 'capture.json'), 'utf8')));
  const { offCpu, cpuNanoseconds, wallNanoseconds } = summary;
  if (!offCpu) throw new Error('the collector did not capture where threads wait');
  const { runningNanoseconds, runnableNanoseconds, blockedNanoseconds, threadNanoseconds } = offCpu;
  return {
    program: kind,
    rates,
    nanosecondsPerSwitch: offCpu.bpfRunNanoseconds / offCpu.switches,
    stacksPerSecond: offCpu.stacks / (wallNanoseconds / 1e9),
    lostNanoseconds: threadNanoseconds - runningNanoseconds - runnableNanoseconds - blockedNanoseconds,
    uncounted: (runningNanoseconds - cpuNanoseconds) / runningNanoseconds,
  };
}

/** Switches a second at which nothing may be lost. */
const wantedRate = 500_000;

function wantedOf(rows: readonly Row[]) {
  const [pipe] = rows as [Row];
  const fastest = Math.max(...rows.map(({ rates }) => rates[2]));
  const lost = rows.reduce((sum, { lostNanoseconds }) => sum + Math.abs(lostNanoseconds), 0);
  return [
    {
      what: 'BPF time of a switch of the pipe',
      limit: '<= 500 ns',
      measured: `${pipe.nanosecondsPerSwitch.toFixed(0)} ns`,
      isMet: pipe.nanosecondsPerSwitch <= 500,
    },
    {
      what: 'most switches a second while watched',
      limit: `>= ${wantedRate}, where the machine can`,
      measured: fastest.toFixed(0),
      isMet: fastest >= wantedRate,
    },
    { what: 'lost of the sums', limit: '0 ns', measured: `${lost} ns`, isMet: lost === 0 },
  ];
}

const errorOf = ({ known, reported }: Place): number => reported / known - 1;

function printPlaces(places: readonly Place[]): void {
  console.log('\nmilliseconds blocked: as the program knows, as reported; in how many blocks');
  for (const place of places) {
    const { name, known, reported, blocks } = place;
    const figures = [known / 1e6, reported / 1e6].map((figure) => figure.toFixed(2).padStart(12));
    const error = `${(100 * errorOf(place)).toFixed(2)} %`.padStart(10);
    console.log(`${name.padEnd(22)}${figures.join('')}${String(blocks).padStart(8)}${error}`);
  }
  const surely = places.filter(({ name }) => !estimated.test(name));
  const brief = places.filter(({ name }) => /briefly/.test(name));
  const sum = (key: 'known' | 'reported'): number => brief.reduce((total, place) => total + place[key], 0);
  const worst = Math.max(...surely.map((place) => Math.abs(errorOf(place))));
  const together = sum('reported') / sum('known') - 1;
  console.log(`  the two brief ones together: ${(100 * together).toFixed(2)} %`);
  const isMet = worst <= 0.01 ? 'met   ' : 'MISSED';
  console.log(
    `  ${isMet}  largest error of those told one by one: ${(100 * worst).toFixed(2)} %, wanted <= 1 %`,
  );
}

function line(cells: readonly string[]): string {
  return cells.map((cell, index) => (index === 0 ? cell.padEnd(8) : cell.padStart(15))).join('');
}

try {
  execFileSync('gcc', ['-O2', '-pthread', '-o', program, join('test', 'bench', 'off-cpu', 'switches.c')]);
  const rows = ['pipe', 'futex', 'yield'].map(measure);
  const places = measurePlaces(values.collector, folder);
  if (values.json) {
    console.log(JSON.stringify({ rows, places }, null, 2));
  } else {
    console.log('switches a second; BPF time a switch; stacks; what the sums lost');
    console.log(line(['', 'alone', 'on CPU', 'off CPU', 'ns/switch', 'stacks/s', 'lost ns', 'not CPU %']));
    for (const {
      program,
      rates,
      nanosecondsPerSwitch,
      stacksPerSecond,
      lostNanoseconds,
      uncounted,
    } of rows) {
      const figures = [...rates, nanosecondsPerSwitch, stacksPerSecond, lostNanoseconds];
      console.log(
        line([program, ...figures.map((figure) => figure.toFixed(0)), (100 * uncounted).toFixed(2)]),
      );
    }
    for (const { what, limit, measured, isMet } of wantedOf(rows)) {
      console.log(`  ${isMet ? 'met   ' : 'MISSED'}  ${what}: ${measured}, wanted ${limit}`);
    }
    printPlaces(places);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
