/** Synthetic bundles with a known truth: noise as machines have it, samples drawn, everything from one seed. */
import type { Conditions } from '../../src/bundle/conditions.js';
import {
  type BundleManifest,
  type BundleWorkload,
  type Capture,
  type Policy,
  type Side,
  sides,
} from '../../src/bundle/schema.js';
import { layoutDraw } from '../../src/experiment/layouts.js';
import { jitCompiler } from '../../src/profile/compiling.js';
import type { FunctionCost, FunctionTable } from '../../src/profile/functions.js';
import type { TableOf } from '../../src/verdict/captures/panel.js';

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

/** CPU time per unit by function, in microseconds; names that start with `[` are no functions'. */
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

/** How the CPU time of captures varies, beyond what they measure. Standard deviations are of its logarithm. */
export interface Noise {
  /** From capture to capture. */
  readonly iid: number;
  /** A machine that drifts: first-order autoregressive from capture to capture. */
  readonly drift?: { readonly sd: number; readonly phi: number };
  /** This part of the captures costs so much more. */
  readonly spikes?: { readonly part: number; readonly size: number };
  /** A neighbour who comes with this probability, stays on with that one, and costs up to `size` while he is there. */
  readonly neighbour?: { readonly comes: number; readonly stays: number; readonly size: number };
  /** Of each function's cost from launch to launch (hash seeds, addresses): every capture is a launch. */
  readonly launches?: number;
}

/** As machines have it. `medium` is what the defaults were chosen for; `quiet` and `loud` are a fifth and three times of it. */
export const noises = {
  quiet: scaled(0.2),
  medium: scaled(1),
  loud: scaled(3),
  bursty: { iid: 0.01, neighbour: { comes: 0.04, stays: 0.8, size: 0.3 } },
  autocorrelated: { iid: 0.01, drift: { sd: 0.05, phi: 0.9 } },
  launches: { iid: 0.015, launches: 0.06 },
} satisfies Record<string, Noise>;

/** The medium noise, so many times as loud. */
export function scaled(by: number): Noise {
  return { iid: 0.02 * by, drift: { sd: 0.02 * by, phi: 0.95 }, spikes: { part: 0.05, size: 0.2 * by } };
}

export interface Truth {
  readonly seed: number;
  readonly pairs: number;
  readonly base: Costs;
  readonly head: Costs;
  /** Samples a capture of base. */
  readonly samples?: number;
  /** A number scales the medium one: 2 % iid + 2 % AR(1) + 5 % spikes of +20 %. */
  readonly noise?: number | Noise;
  /** Standard deviation of each function's cost from capture to capture. */
  readonly dispersion?: number;
  /** Functions that run in this part of the captures only, and cost so much more there. */
  readonly bursts?: Readonly<Record<string, number>>;
  /** CPU time per unit, in microseconds, in which no sample can be taken. */
  readonly unsampled?: Readonly<Record<Side, number>>;
  /** Builds a side (of one, the bundle says nothing), and the standard deviations of a build's whole cost and of each function's own. */
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
  const noise = typeof truth.noise === 'object' ? truth.noise : scaled(truth.noise ?? 1);
  const levelOf = levels(noise, uniform, normal);
  const functions = { base: functionsOf(truth.base), head: functionsOf(truth.head) };
  const perSample = (sumOf(truth.base) * units) / (truth.samples ?? 8000);
  const tables = new Map<string, FunctionTable>();
  const captures: Capture[] = [];
  const layouts = truth.layouts ? laidOut(truth, truth.layouts, uniform, normal) : null;
  for (let pair = 1; pair <= truth.pairs; pair++) {
    const headFirst = uniform() < 0.5;
    const drawn = layouts?.draw();
    for (const side of headFirst ? (['head', 'base'] as const) : sides) {
      const level = Math.exp(levelOf());
      const built = layouts?.functions[side][(drawn?.[side] ?? 1) - 1] ?? functions[side];
      const costs = drawCosts(built, truth, noise, uniform, normal);
      const perCost = (units * level) / perSample;
      const table = sampleTable(built, costs, perCost, perSample * 1000, uniform, normal);
      const cost = costs.reduce((a, b) => a + b, 0) + (truth.unsampled?.[side] ?? 0);
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
    ...(truth.layouts && truth.layouts.builds > 1 ? { layouts: foldersOf(truth.layouts.builds) } : {}),
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
  const build = (side: Side): SimulatedFunction[] => {
    const factor = Math.exp(sd * normal());
    const laid = ([name, cost]: [string, number]) => [name, cost * factor * Math.exp(functionSd * normal())];
    return functionsOf(Object.fromEntries(Object.entries(truth[side]).map(laid)));
  };
  const draw = layoutDraw(builds, (limit) => Math.floor(uniform() * limit));
  const buildsOf = (side: Side) => Array.from({ length: builds }, () => build(side));
  return {
    draw,
    functions: { base: buildsOf('base'), head: buildsOf('head') },
  };
}

function foldersOf(builds: number): { base: string[]; head: string[] } {
  const of = (side: Side) => Array.from({ length: builds }, (_, index) => `/src/${side}-${index + 1}`);
  return { base: of('base'), head: of('head') };
}

/** Draws the logarithm of the level of one capture after the other. */
function levels(noise: Noise, uniform: () => number, normal: () => number): () => number {
  const { iid, drift, spikes, neighbour } = noise;
  let drifted = 0;
  let burden = 0;
  return () => {
    if (drift) drifted = drift.phi * drifted + Math.sqrt(1 - drift.phi ** 2) * drift.sd * normal();
    if (neighbour && uniform() > (burden > 0 ? neighbour.stays : 1 - neighbour.comes)) {
      burden = burden > 0 ? 0 : neighbour.size * uniform();
    }
    const spike = spikes && uniform() < spikes.part ? spikes.size : 0;
    return drifted + burden + iid * normal() + spike;
  };
}

type SimulatedFunction = Pick<FunctionCost, 'key' | 'name' | 'file' | 'line' | 'resolved'> & { cost: number };

function functionsOf(costs: Costs): SimulatedFunction[] {
  return Object.entries(costs).map(([name, cost]) => {
    const isFunction = !name.startsWith('[');
    return {
      key: name,
      name,
      file: isFunction ? `src/${name}.c` : null,
      line: isFunction ? 12 : null,
      resolved: isFunction || name === jitCompiler,
      cost,
    };
  });
}

/** What each function costs in one capture. */
function drawCosts(
  functions: readonly SimulatedFunction[],
  { dispersion = 0.02, bursts = {} }: Truth,
  { launches = 0 }: Noise,
  uniform: () => number,
  normal: () => number,
): number[] {
  const sd = Math.hypot(dispersion, launches);
  const costs = functions.map(({ cost }) => cost * Math.exp(sd * normal()));
  for (const [name, part] of Object.entries(bursts)) {
    const at = functions.findIndex((one) => one.name === name);
    if (at >= 0) costs[at] = uniform() < part ? (costs[at] as number) / part : 0;
  }
  return costs;
}

function sampleTable(
  known: readonly SimulatedFunction[],
  costs: readonly number[],
  samplesPerCost: number,
  nanosecondsPerSample: number,
  uniform: () => number,
  normal: () => number,
): FunctionTable {
  const functions = new Map<string, FunctionCost>();
  let total = 0;
  for (const [index, { key, name, file, line, resolved }] of known.entries()) {
    const count = poisson((costs[index] as number) * samplesPerCost, uniform, normal);
    if (count === 0) continue;
    total += count;
    const nanoseconds = count * nanosecondsPerSample;
    functions.set(name, { key, name, file, line, resolved, count, nanoseconds });
  }
  return { functions, count: total, nanoseconds: total * nanosecondsPerSample };
}

/** A machine that does nothing else. */
export const quiet: Conditions = {
  settings: { kernel: '6.1', governor: 'performance', turbo: true, smt: true, onlineCpus: '0-1' },
  windowNanoseconds: captureSeconds * 1e9,
  serviceCpus: 1,
  stealNanoseconds: 0,
  otherNanoseconds: 0,
  frequencyKilohertz: 3e6,
  throttles: 0,
  memoryStallNanoseconds: 0,
  swappedPages: 0,
};

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
    conditions: quiet,
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
