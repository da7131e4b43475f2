/**
 * The collector beside `perf record -g` and `perf record --call-graph dwarf`: how complete, how cheap, how small; and
 * beside `perf record` without stacks, which shows what of that any sampling takes.
 *
 *     npm run bench:collector -- [--quick] [--json] [--only NAME,...] [--seconds N] [--rounds N] [--collector FILE]
 *
 * Each workload runs once; in every round it gets the same load under each profiler and under none, in turning order.
 * What they saw is compared by further rounds, in which both sample the same load.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type Figures,
  figuresOf,
  micro,
  percent,
  type Round,
  type Wanted,
  wantedOf,
} from './collector/figures.js';
import { type InterruptMeter, meterInterrupts } from './collector/interrupts.js';
import { cpuNanoseconds, pause } from './collector/processes.js';
import { type Profiler, perf, profbound } from './collector/profilers.js';
import { type Agreement, agreement } from './collector/shares.js';
import type { Stack } from './collector/stacks.js';
import { type Running, type Workload, workloads } from './collector/workloads.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    collector: { type: 'string', default: join('dist', 'native', 'linux-x64', 'profbound-collect') },
  },
});
const seconds = Number(values.seconds ?? (values.quick ? 2 : 8));
const roundCount = Number(values.rounds ?? (values.quick ? 1 : 4));
const briefSeconds = 1;
const rateHz = 997;

const cache = mkdtempSync(join(tmpdir(), 'profbound-bench-'));
process.on('exit', () => rmSync(cache, { recursive: true, force: true }));

const profilers: readonly Profiler[] = [
  profbound(values.collector, cache),
  perf('perf -g', 'fp'),
  perf('perf dwarf', 'dwarf,16384'),
  perf('no stacks', null),
];

/** Of seven workloads and three tests each, one in fifty such runs misses by chance. */
const leastP = 0.001;

interface Row {
  readonly workload: string;
  readonly figures: Readonly<Record<string, Figures>>;
  readonly wanted: readonly Wanted[];
  /** The more complete of perf's two. */
  readonly reference: string;
  readonly agreement: readonly Agreement[];
}

async function measureRound(
  running: Running,
  profiler: Profiler | null,
  meter: InterruptMeter,
): Promise<Round> {
  const brief = profiler && (await measureLoad(running, profiler, meter, briefSeconds, true));
  return {
    ...(await measureLoad(running, profiler, meter, seconds, false)),
    brief: brief?.capture ?? null,
    briefCpuSeconds: brief?.cpuSeconds ?? 0,
    briefInterruptSeconds: brief?.interruptSeconds ?? 0,
  };
}

async function measureLoad(
  running: Running,
  profiler: Profiler | null,
  meter: InterruptMeter,
  seconds: number,
  isBrief: boolean,
): Promise<Pick<Round, 'capture' | 'cpuPerUnit' | 'cpuSeconds' | 'interruptSeconds'>> {
  const folder = mkdtempSync(join(tmpdir(), 'profbound-bench-'));
  try {
    const stop = await profiler?.start(running.pids, rateHz, folder, isBrief);
    const interruptsBefore = await meter.read();
    const before = cpuNanoseconds(running.pids);
    const units = await running.load(seconds);
    const cpu = cpuNanoseconds(running.pids) - before;
    const interrupts = (await meter.read()) - interruptsBefore;
    const capture = (await stop?.()) ?? null;
    return { capture, cpuPerUnit: cpu / units, cpuSeconds: cpu / 1e9, interruptSeconds: interrupts };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every round has each profiler and none, the first of them another each time. */
async function measure(
  running: Running,
  meter: InterruptMeter,
): Promise<{ bare: Round[]; rounds: Round[][] }> {
  const bare: Round[] = [];
  const rounds: Round[][] = profilers.map(() => []);
  for (let round = 0; round < roundCount; round++) {
    for (let turn = 0; turn <= profilers.length; turn++) {
      const which = (turn + round) % (profilers.length + 1);
      const measured = await measureRound(running, profilers[which] ?? null, meter);
      (rounds[which] ?? bare).push(measured);
      await pause(0.2);
    }
  }
  return { bare, rounds };
}

/** The stacks two profilers take of the same load. */
async function sampleTogether(
  running: Running,
  compared: readonly [Profiler, Profiler],
): Promise<[Stack[], Stack[]]> {
  const stacks: [Stack[], Stack[]] = [[], []];
  for (let round = 0; round < roundCount; round++) {
    const folders = compared.map(() => mkdtempSync(join(tmpdir(), 'profbound-bench-')));
    try {
      const stops = [];
      for (const [at, profiler] of compared.entries())
        stops.push(await profiler.start(running.pids, rateHz, folders[at] as string, false));
      await running.load(seconds);
      for (const [at, stop] of stops.entries()) stacks[at]?.push(...(await stop()).stacks);
    } finally {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    }
  }
  return stacks;
}

async function bench(workload: Workload, meter: InterruptMeter): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'profbound-bench-'));
  const running = await workload.start(folder);
  try {
    meter.add(running.pids);
    const { bare, rounds } = await measure(running, meter);
    const figures = rounds.map((ofOne) => figuresOf(ofOne, bare));
    const [ours, frames, dwarf, floor] = figures as [Figures, Figures, Figures, Figures];
    // DWARF knows nothing of generated code, and perf's unwinder nothing of Go; frame pointers miss the callers of functions
    // that have no frame, so that nobody but the leaf is to be believed of them, nor of broken stacks.
    const knowsCallers = dwarf.complete >= Math.max(frames.complete, 0.9);
    const reference = profilers[knowsCallers ? 2 : 1] as Profiler;
    const compared = [profilers[0] as Profiler, reference] as const;
    return {
      workload: workload.name,
      figures: Object.fromEntries(profilers.map(({ name }, at) => [name, figures[at] as Figures])),
      wanted: wantedOf(workload, ours, frames, dwarf, floor),
      reference: reference.name,
      // Without .eh_frame functions have nothing but names, which profilers write in their own ways.
      agreement:
        workload.unwound === 'frame pointers'
          ? []
          : agreement(...(await sampleTogether(running, compared)), knowsCallers),
    };
  } finally {
    running.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function printRow({ workload, figures, wanted, reference, agreement }: Row): void {
  const header = [
    '',
    'samples',
    'lost',
    'complete',
    'cost/sample',
    'further',
    'start',
    'interrupt',
    'BPF/sample',
    'bytes/sample',
    'taken from workload',
  ];
  const lines = Object.entries(figures).map(([name, it]) => [
    name,
    `${it.samples}`,
    `${it.lost}`,
    percent(it.complete),
    micro(it.costMicroseconds),
    micro(it.furtherMicroseconds),
    `${it.startMilliseconds.toFixed(0)} ms`,
    micro(it.interruptMicroseconds),
    it.samplingMicroseconds === null ? '-' : `${it.samplingMicroseconds.toFixed(2)} µs`,
    it.bytes.toFixed(0),
    `${percent(it.taken)}${Number.isFinite(it.takenError) ? ` ± ${percent(it.takenError)}` : ''}`,
  ]);
  console.log(`\n${workload}`);
  for (const line of [header, ...lines]) {
    console.log(
      line.map((cell, at) => (at === 0 ? cell.padEnd(12) : cell.padStart(at === 10 ? 20 : 13))).join(''),
    );
  }
  for (const { walkMicroseconds: walks } of Object.values(figures)) {
    if (walks === null) continue;
    const parts = `walking user mode ${walks.user.toFixed(2)} µs, the kernel ${walks.kernel.toFixed(2)} µs`;
    console.log(
      `  BPF time of one sample of the workload: ${walks.all.toFixed(2)} µs; in captures of ${briefSeconds} s, ${parts}`,
    );
  }
  for (const { what, limit, measured, isMet } of wanted) {
    console.log(`  ${isMet ? 'met   ' : 'MISSED'}  ${what}: ${measured}, wanted ${limit}`);
  }
  for (const { what, categories, dispersion, p, largest } of agreement) {
    const found = `chi-square/df ${dispersion.toFixed(2)}, p = ${p.toPrecision(2)}`;
    console.log(
      `  ${p >= leastP ? 'met   ' : 'MISSED'}  ${what} as ${reference}, ${categories} compared: ${found}, wanted >= ${leastP}`,
    );
    if (p < leastP) {
      const { name, left, right } = largest;
      console.log(`          most of it: ${percent(left)} and ${percent(right)} in ${name}`);
    }
  }
}

const footnotes = `
complete     the outermost frame is where a thread begins: its .eh_frame says that there is no return address, or it is
             known by name (start_thread, runtime.goexit, ...). One rule for all three, applied to files' offsets.
cost         CPU of the profiler's own processes from their start to the symbolised profile (perf: record and script,
             --no-inline, without which perf takes far longer) and of its samples within the kernel, a sample.
             profbound keeps unwind tables from capture to capture, as within a gate; perf its copies of files in ~/.debug.
interrupt    of that, what timer interrupts of the workload last longer than without a profiler, a sample; "no stacks"
             is what any sampling pays. Entering and leaving an interrupt is in none of them.
further      the same for one sample more, by captures of ${briefSeconds} s in the same rounds; start: what is left of it, a capture.
BPF          BPF/sample: all that the sampling program ran, whatever it found running, over the samples of the workload;
             below, without what found others running or nothing; stacks are timed in captures of ${briefSeconds} s, which
             is dearer: their caches are colder, and clocks are read.
bytes        profbound: what went through the ring; perf: the size of perf.data.
taken        the workload's CPU for a unit of its work, with the profiler against without, within each round; mean and
             standard error over the rounds. 1 % is about 10 µs a sample at ${rateHz} Hz.
shares       chi-square of the counts of two profilers that sample the same load at once; functions are told by their
             .eh_frame, so that names play no part. Total shares, of complete stacks: one test a function, corrected for
             their number. Where perf cannot unwind by DWARF, leaves alone are compared, with those of perf -g.`;

const chosen = values.only?.split(',');
const unknown = chosen?.find((name) => !workloads.some((workload) => workload.name === name));
if (unknown !== undefined) {
  console.error(`--only ${unknown}: there are ${workloads.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
console.log(`${rateHz} Hz, ${roundCount} rounds of ${seconds} s a profiler; ${values.collector}`);
const rows: Row[] = [];
const meterFolder = mkdtempSync(join(tmpdir(), 'profbound-bench-'));
const meter = await meterInterrupts(meterFolder);
for (const workload of workloads.filter(({ name }) => chosen?.includes(name) ?? true)) {
  const row = await bench(workload, meter);
  printRow(row);
  rows.push(row);
}
meter.stop();
rmSync(meterFolder, { recursive: true, force: true });
console.log(footnotes);
const missed =
  rows.flatMap(({ wanted }) => wanted).filter(({ isMet }) => !isMet).length +
  rows.flatMap(({ agreement }) => agreement).filter(({ p }) => p < leastP).length;
console.log(`\n${missed === 0 ? 'everything wanted is met' : `${missed} of what is wanted MISSED`}`);
if (values.json) console.log(JSON.stringify({ rateHz, seconds, rounds: roundCount, rows }));
process.exit(0);
