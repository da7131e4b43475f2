/** Synthetic bundles with a known truth: noise as machines have it, samples drawn, everything from one seed. */
import type { BundleManifest, BundleWorkload, Capture, Policy, Side } from '../../src/bundle/schema.js';
import { layoutDraw } from '../../src/experiment/layouts.js';
import type { FunctionCost, FunctionTable } from '../../src/profile/functions.js';
import type { TableOf } from '../../src/verdict/panel.js';

export const policy: Policy = {
  totalMargin: 0.02,
  functionMargin: 0.05,
  minShare: 0.005,
  alpha: { fail: 0.005, pass: 0.05, functions: 0.01 },
  looks: [10, 16, 24, 32, 40, 50, 60],
};

/** Mulberry32: uniform in [0, 1). */
export function uniformFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function normalFrom(uniform: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Poisson numbers: counted one by one while small, rounded from the normal when large. */
export function poisson(mean: number, uniform: () => number, normal: () => number): number {
  if (mean === 0) return 0;
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
  let count = -1;
  for (let product = 1; product > Math.exp(-mean); count++) product *= uniform();
  return count;
}

/** CPU time per unit by function, in microseconds; names that start with `[` are unresolved code. */
export type Costs = Readonly<Record<string, number>>;

/** A program whose functions have Zipf-like shares and take 1000 µs a unit together. */
export function program(functions = 40): Record<string, number> {
  const weights = Array.from({ length: functions }, (_, rank) => 1 / (rank + 2));
  const sum = weights.reduce((a, b) => a + b, 0);
  const costs: Record<string, number> = {};
  for (const [rank, weight] of weights.entries()) {
    costs[`f${String(rank).padStart(2, '0')}`] = (1000 * weight) / sum;
  }
  return costs;
}

export interface Truth {
  readonly seed: number;
  readonly pairs: number;
  readonly base: Costs;
  readonly head: Costs;
  /** Samples a capture of base. */
  readonly samples?: number;
  /** Scales the noise of a capture's CPU time: 1 is 2 % iid + 2 % AR(1) + 5 % spikes of +20 %. */
  readonly noise?: number;
  /** Standard deviation of each function's cost from capture to capture. */
  readonly dispersion?: number;
  /** Functions that run in this part of the captures only, and cost so much more there. */
  readonly bursts?: Readonly<Record<string, number>>;
  /** CPU time per unit, in microseconds, in which no sample can be taken. */
  readonly unsampled?: Readonly<Record<Side, number>>;
  /** Builds a side, and the standard deviations of a build's whole cost and of each function's own. */
  readonly layouts?: { readonly builds: number; readonly sd: number; readonly functionSd: number };
  readonly policy?: Policy;
  readonly capture?: (capture: Capture) => Capture;
  readonly workload?: Partial<BundleWorkload>;
}

export interface Simulated {
  readonly workload: BundleWorkload;
  readonly tableOf: TableOf;
}

const units = 5000;
const captureSeconds = 5;

export function simulate(truth: Truth): Simulated {
  const uniform = uniformFrom(truth.seed);
  const normal = normalFrom(uniform);
  const noise = truth.noise ?? 1;
  const baseCost = sumOf(truth.base);
  const tables = new Map<string, FunctionTable>();
  const captures: Capture[] = [];
  const layouts = truth.layouts ? laidOut(truth, truth.layouts, uniform, normal) : null;
  let drift = 0;
  for (let pair = 1; pair <= truth.pairs; pair++) {
    const headFirst = uniform() < 0.5;
    const drawn = layouts?.draw();
    for (const side of headFirst ? (['head', 'base'] as const) : (['base', 'head'] as const)) {
      drift = 0.95 * drift + Math.sqrt(1 - 0.95 ** 2) * 0.02 * normal();
      const spike = uniform() < 0.05 ? 0.2 : 0;
      const level = Math.exp(noise * (drift + 0.02 * normal() + spike));
      const costs = burst(
        dispersed(
          drawn ? (layouts?.costs[side][drawn[side] - 1] as Costs) : truth[side],
          truth.dispersion ?? 0.02,
          normal,
        ),
        truth.bursts ?? {},
        uniform,
      );
      const perSample = (baseCost * units) / (truth.samples ?? 8000);
      const table = sampleTable(costs, (units * level) / perSample, perSample * 1000, uniform, normal);
      const cost = sumOf(costs) + (truth.unsampled?.[side] ?? 0);
      const cpuNanoseconds = Math.round(cost * 1000 * units * level);
      const taken = captureOf(
        side,
        pair,
        side === (headFirst ? 'head' : 'base') ? 0 : 1,
        cpuNanoseconds,
        table,
      );
      const capture = drawn ? { ...taken, layout: drawn[side] } : taken;
      tables.set(capture.cpuProfile, table);
      captures.push(truth.capture?.(capture) ?? capture);
    }
  }
  const workload: BundleWorkload = {
    name: 'api',
    policy: truth.policy ?? policy,
    waivers: [],
    load: { kind: 'http', loop: 'open', rate: units / captureSeconds },
    captureSeconds,
    ...(truth.layouts ? { layouts: foldersOf(truth.layouts.builds) } : {}),
    captures,
    stop: { reason: 'looks_exhausted', message: 'all pairs measured' },
    ...truth.workload,
  };
  return { workload, tableOf: (_, capture) => tables.get(capture.cpuProfile) as FunctionTable };
}

export function manifestOf(...workloads: BundleWorkload[]): BundleManifest {
  const ref = { name: 'main', commit: null, root: '/src' };
  return {
    schema: 'profbound/bundle@1',
    tool: { name: 'profbound', version: '0.1.0' },
    startedAt: '2025-01-02T03:04:05Z',
    refs: { base: ref, head: { ...ref, name: 'topic' } },
    config: { path: '.profbound.yml', text: '' },
    onInconclusive: 'warn',
    notes: [],
    changes: null,
    environment: {
      kernel: '6.1',
      cpuModel: 'simulated',
      cpus: 2,
      memoryBytes: 2 ** 33,
      virtualized: null,
      governor: null,
      turbo: null,
      smt: null,
      serviceCpus: '0',
      loadCpus: '1',
      node: 'v20',
    },
    workloads,
  };
}

function sumOf(costs: Costs): number {
  return Object.values(costs).reduce((sum, cost) => sum + cost, 0);
}

/** What each build of each side costs, and which of them are paired. */
function laidOut(
  truth: Truth,
  { builds, sd, functionSd }: NonNullable<Truth['layouts']>,
  uniform: () => number,
  normal: () => number,
) {
  const costsOf = (side: Side): Costs[] =>
    Array.from({ length: builds }, () => {
      const factor = Math.exp(sd * normal());
      return dispersed(
        Object.fromEntries(Object.entries(truth[side]).map(([name, cost]) => [name, cost * factor])),
        functionSd,
        normal,
      );
    });
  const draw = layoutDraw(builds, (limit) => Math.floor(uniform() * limit));
  return {
    draw: () => draw() as Record<Side, number>,
    costs: { base: costsOf('base'), head: costsOf('head') },
  };
}

function foldersOf(builds: number): { base: string[]; head: string[] } {
  const of = (side: Side) => Array.from({ length: builds }, (_, index) => `/src/${side}-${index + 1}`);
  return { base: of('base'), head: of('head') };
}

function dispersed(costs: Costs, sd: number, normal: () => number): Costs {
  return Object.fromEntries(
    Object.entries(costs).map(([name, cost]) => [name, cost * Math.exp(sd * normal())]),
  );
}

function burst(costs: Costs, parts: Readonly<Record<string, number>>, uniform: () => number): Costs {
  const burstOf = ([name, part]: [string, number]) => [
    name,
    uniform() < part ? (costs[name] ?? 0) / part : 0,
  ];
  return { ...costs, ...Object.fromEntries(Object.entries(parts).map(burstOf)) };
}

function sampleTable(
  costs: Costs,
  samplesPerCost: number,
  nanosecondsPerSample: number,
  uniform: () => number,
  normal: () => number,
): FunctionTable {
  const functions = new Map<string, FunctionCost>();
  let total = 0;
  for (const [name, cost] of Object.entries(costs)) {
    const count = poisson(cost * samplesPerCost, uniform, normal);
    if (count === 0) continue;
    total += count;
    const nanoseconds = count * nanosecondsPerSample;
    const resolved = !name.startsWith('[');
    const file = resolved ? `src/${name}.c` : null;
    functions.set(name, { key: name, name, file, line: resolved ? 12 : null, resolved, count, nanoseconds });
  }
  return { functions, count: total, nanoseconds: total * nanosecondsPerSample };
}

function captureOf(
  side: Side,
  pair: number,
  position: 0 | 1,
  cpuNanoseconds: number,
  table: FunctionTable,
): Capture {
  return {
    side,
    pair,
    position,
    units,
    errors: 0,
    cpuProfile: `workloads/api/pairs/${String(pair).padStart(3, '0')}/${side}.cpu.pb.gz`,
    summary: {
      schema: 'profbound/capture@1',
      collector: '0.1.0',
      backend: 'bpf',
      event: 'cpu-clock',
      rateHz: 997,
      fixedPeriod: false,
      unit: 'nanoseconds',
      target: { kind: 'pid', pids: [1], runs: 0, exitCode: null, signal: null, exited: false },
      startedAtNanoseconds: '1700000000000000000',
      wallNanoseconds: captureSeconds * 1e9,
      cpuNanoseconds,
      cpuAccount: 'scheduler',
      samples: table.count,
      weight: Math.round(table.nanoseconds),
      lost: {},
      mappingsLost: 0,
      truncated: 0,
      incomplete: {},
      unresolved: {},
      depths: [],
      perCpu: [],
      machineCpus: 2,
      tasks: 1,
      overhead: {
        bpfRunNanoseconds: 1e6,
        bpfRunCount: 1000,
        sampleRunNanoseconds: 1e6,
        sampleRunCount: 1000,
        recursionMisses: 0,
        ringBytes: 0,
        framesByTable: 0,
        framesByFramePointer: 0,
        stacksCopied: 0,
        copiesRefused: 0,
        collectorCpuNanoseconds: 1e6,
      },
      limits: [],
    },
  };
}
