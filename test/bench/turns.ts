/**
 * What it is worth to load both sides' services in turns: how much pairs of the same code differ, in turns and with one
 * capture after the other, both in one run.
 *
 *     npm run bench:turns -- [--quick] [--json] [--rounds N] [--pairs N]
 *
 * Each round takes pairs both ways, in changing order. The price of precision is the variance of a pair times the seconds it
 * takes: what a bound of one width costs.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sampleStandardDeviation } from 'simple-statistics';
import { openBundle } from '../../src/bundle/reader.js';
import { completePairs, secondsPerPair } from '../../src/verdict/captures/pairs.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    pairs: { type: 'string' },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 4));
const pairs = Number(values.pairs ?? (values.quick ? 4 : 10));

/** Services of samples, each in one code layout. */
const services = {
  'node-service': {
    start: 'node server.js ${PORT}',
    path: '/search?q=venmenlumen+infivende+nolufika',
    connections: 8,
  },
  'cpp-service': { build: 'make -s', start: './routes ${PORT}', path: '/tours/7', connections: 4 },
};
const ways = ['auto', 'off'] as const;
type Way = (typeof ways)[number];

/** ln CPU time per unit of head against base, of every pair, and what a pair took. */
interface Taken {
  readonly differences: number[];
  readonly seconds: number[];
}

function configOf(service: (typeof services)[keyof typeof services], way: Way): string {
  const { start, path, connections } = service;
  return JSON.stringify({
    version: 1,
    workloads: {
      service: {
        ...('build' in service ? { build: service.build } : {}),
        start,
        ready: 'http://127.0.0.1:${PORT}/healthz',
        warmup: '500ms',
        load: { http: `http://127.0.0.1:\${PORT}${path}`, connections },
      },
    },
    capture: { seconds: 1.5, turns: way },
    gate: { max_pairs: pairs },
  });
}

function take(sample: keyof typeof services, way: Way, taken: Taken): void {
  const folder = mkdtempSync(join(tmpdir(), 'profbound-bench-turns-'));
  try {
    cpSync(join('samples', sample), folder, { recursive: true });
    writeFileSync(join(folder, '.profbound.yml'), configOf(services[sample], way));
    const out = join(folder, 'out');
    const words = [resolve('dist', 'cli.js'), 'gate', '--base', 'dir:.', '--head', 'dir:.', '--out', out];
    const { stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
    const workload = openBundle(join(out, 'bundle')).manifest.workloads[0];
    const complete = completePairs(workload?.captures ?? []);
    if (workload === undefined || complete.length === 0) throw new Error(`no pairs:\n${stdout}${stderr}`);
    taken.seconds.push(secondsPerPair(workload, complete));
    for (const { base, head } of complete) {
      taken.differences.push(
        Math.log(head.summary.cpuNanoseconds / head.units) -
          Math.log(base.summary.cpuNanoseconds / base.units),
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
const percent = (fraction: number): string => `${(100 * fraction).toFixed(2)} %`;

const rows = [];
for (const sample of Object.keys(services) as (keyof typeof services)[]) {
  const taken: Record<Way, Taken> = {
    auto: { differences: [], seconds: [] },
    off: { differences: [], seconds: [] },
  };
  for (let round = 0; round < rounds; round++) {
    for (const way of round % 2 === 0 ? ways : [...ways].reverse()) take(sample, way, taken[way]);
  }
  const of = (way: Way) => ({
    deviation: sampleStandardDeviation(taken[way].differences),
    seconds: mean(taken[way].seconds),
  });
  const [inTurns, apart] = [of('auto'), of('off')];
  const price = ({ deviation, seconds }: { deviation: number; seconds: number }): number =>
    deviation ** 2 * seconds;
  const row = {
    sample,
    pairs: taken.auto.differences.length,
    inTurns,
    apart,
    cheaper: price(apart) / price(inTurns),
  };
  rows.push(row);
  const show = ({ deviation, seconds }: typeof inTurns): string =>
    `${percent(deviation)} a pair of ${seconds.toFixed(1)} s`;
  console.log(
    `${sample}: ${row.pairs} pairs each way; differences of the same code: in turns ${show(inTurns)}, one after the other ${show(apart)}; a bound of one width takes ${row.cheaper.toFixed(1)} times less time in turns`,
  );
}
if (values.json) console.log(JSON.stringify({ rounds, pairs, rows }));
