/**
 * How wrong a program in step with the sampling is seen: one that spends the first 30 % of every 10 ms in one function
 * and the rest in another, sampled at 100 Hz, with periods drawn at random and with fixed ones.
 *
 *     npm run bench:aliasing -- [--quick] [--json] [--captures N] [--seconds S] [--collector FILE]
 *
 * The error of a share is given in units of that of as many independent samples; wanted with random periods: 1.2 at most.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readProfile } from '../../src/bundle/reader.js';
import { functionTable } from '../../src/profile/functions.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    captures: { type: 'string' },
    seconds: { type: 'string' },
    collector: { type: 'string', default: join('dist', 'native', 'linux-x64', 'profbound-collect') },
  },
});
const captures = Number(values.captures ?? (values.quick ? 40 : 200));
const seconds = Number(values.seconds ?? (values.quick ? 1 : 2));
const rateHz = 100;
const share = 0.3;
/** Captures at a time: each has events of its own, so they know nothing of each other. */
const together = 10;
const wanted = 1.2;

const source = `
#include <stdint.h>
#include <time.h>
#include <unistd.h>
static uint64_t now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}
/* The clock is read so seldom that next to nothing of the time is in it. */
#define RUN(end) while (now() < (end)) for (volatile int i = 0; i < 5000; i++)
__attribute__((noinline)) void first_part(uint64_t end) { RUN(end); }
__attribute__((noinline)) void second_part(uint64_t end) { RUN(end); }
int main(void)
{
	while (getppid() != 1) {
		uint64_t turn = now() / 10000000 * 10000000;
		first_part(turn + ${share * 1e7});
		second_part(turn + 10000000);
	}
	return 0;
}
`;

interface Outcome {
  readonly samples: number;
  /** Of the first part in the time both took by their samples. */
  readonly share: number;
}

async function capture(pid: number, options: readonly string[], out: string): Promise<Outcome> {
  const words = ['--event', 'cpu-clock', '--rate', `${rateHz}`, '--seconds', `${seconds}`, ...options];
  const child = spawn(values.collector, ['record', ...words, '--out', out, '--pid', `${pid}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`the collector ended with ${code}`);
  const functions = [...functionTable(readProfile(out, 'cpu.pb.gz'), '/').functions.values()];
  const find = (name: string) => functions.find((one) => one.name === name) ?? { count: 0, nanoseconds: 0 };
  const [first, second] = [find('first_part'), find('second_part')];
  return {
    samples: first.count + second.count,
    share: first.nanoseconds / (first.nanoseconds + second.nanoseconds),
  };
}

interface Row {
  readonly backend: string;
  readonly periods: string;
  readonly captures: number;
  readonly samples: number;
  readonly share: number;
  /** Root mean square of the captures' errors over what independent samples would give. */
  readonly ratio: number;
  /** Standard error of `ratio`, as far as errors are normal. */
  readonly ratioError: number;
}

async function measure(pid: number, backend: string, periods: string, folder: string): Promise<Row> {
  const options = ['--backend', backend, ...(periods === 'fixed' ? ['--fixed-period'] : [])];
  const outcomes: Outcome[] = [];
  while (outcomes.length < captures) {
    const batch = Array.from({ length: Math.min(together, captures - outcomes.length) }, (_, index) =>
      capture(pid, options, join(folder, `${index}`)),
    );
    outcomes.push(...(await Promise.all(batch)));
  }
  const squares = outcomes.map((one) => ((one.share - share) ** 2 * one.samples) / (share * (1 - share)));
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  const ratio = Math.sqrt(mean(squares));
  return {
    backend,
    periods,
    captures: outcomes.length,
    samples: mean(outcomes.map(({ samples }) => samples)),
    share: mean(outcomes.map((one) => one.share)),
    ratio,
    ratioError: ratio / Math.sqrt(2 * outcomes.length),
  };
}

function print(rows: readonly Row[]): void {
  console.log('backend  periods  captures  samples each  share of 30 %   error / binomial');
  for (const row of rows) {
    const facts = [
      row.backend.padEnd(7),
      row.periods.padEnd(7),
      `${row.captures}`.padStart(8),
      row.samples.toFixed(0).padStart(12),
      `${(100 * row.share).toFixed(2)} %`.padStart(13),
      `${row.ratio.toFixed(2)} ± ${row.ratioError.toFixed(2)}`.padStart(17),
    ];
    const verdict =
      row.periods === 'fixed' ? '' : `  wanted ≤ ${wanted}: ${row.ratio <= wanted ? 'met' : 'missed'}`;
    console.log(`${facts.join('  ')}${verdict}`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'profbound-aliasing-'));
const program = join(folder, 'phased');
writeFileSync(`${program}.c`, source);
execFileSync('gcc', ['-O1', '-fno-omit-frame-pointer', '-o', program, `${program}.c`]);
const running = spawn(program, { stdio: 'ignore' });
try {
  const rows: Row[] = [];
  for (const backend of ['bpf', 'perf']) {
    for (const periods of ['random', 'fixed']) {
      rows.push(await measure(running.pid as number, backend, periods, folder));
    }
  }
  if (values.json) console.log(JSON.stringify({ rateHz, seconds, wanted, rows }, null, 2));
  else print(rows);
} finally {
  running.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
