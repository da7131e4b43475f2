/** Waits with a known truth: tails as heavy as disks and locks have them, everything from one seed. */
import type { BundleWorkload, WaitPolicy } from '../../src/bundle/schema.js';
import type { WaitKind } from '../../src/profile/waitKind.js';
import type { WaitPath, WaitTable } from '../../src/profile/waits.js';
import type { WaitsOf } from '../../src/verdict/waits/panel.js';
import { normalFrom, type Simulated, uniformFrom } from './simulate.js';

export interface Wait {
  readonly kind: WaitKind;
  /** Microseconds per unit. */
  readonly base: number;
  readonly head: number;
  /** Threads wait for work here. */
  readonly forWork?: boolean;
  /** Standard deviation of its logarithm from capture to capture. */
  readonly spread?: number;
  /** Part of the captures in which it takes many times as long: 1/√u times, so that its variance is infinite. */
  readonly tail?: number;
  /** Part of the captures in which it occurs at all. */
  readonly presence?: number;
}

export type Waits = Readonly<Record<string, Wait>>;

/** One capture's wait in microseconds per unit. */
export function drawWait(wait: Wait, side: 'base' | 'head', uniform: () => number): number {
  const normal = normalFrom(uniform);
  const present = uniform() < (wait.presence ?? 1);
  const spread = Math.exp((wait.spread ?? 0.1) * normal());
  const tail = uniform() < (wait.tail ?? 0) ? 1 / Math.sqrt(1 - uniform()) : 1;
  return present ? (wait[side] / (wait.presence ?? 1)) * spread * tail : 0;
}

/** The simulated gate with waits in all of its captures. */
export function withWaits(
  { workload, tableOf }: Simulated,
  waits: Waits,
  seed: number,
  policy: Partial<WaitPolicy> = {},
): Simulated & { readonly waitsOf: WaitsOf } {
  const uniform = uniformFrom(seed);
  const tables = new Map<string, WaitTable>();
  const captures = workload.captures.map((capture) => {
    const paths: WaitPath[] = Object.entries(waits).flatMap(([name, wait]) => {
      const nanoseconds = Math.round(1000 * drawWait(wait, capture.side, uniform) * capture.units);
      return nanoseconds > 0 ? [pathOf(name, wait, nanoseconds, capture.units)] : [];
    });
    const blocked = paths.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0);
    const name = capture.cpuProfile.replace('cpu.pb.gz', 'offcpu.pb.gz');
    tables.set(name, { paths, untracedNanoseconds: 0, nanoseconds: blocked });
    return { ...capture, offCpuProfile: name, summary: { ...capture.summary, offCpu: accountOf(blocked) } };
  });
  const measured: BundleWorkload = {
    ...workload,
    captures,
    offCpu: { mode: 'report', margin: 0.1, idle: [], ...policy },
  };
  return {
    workload: measured,
    tableOf,
    waitsOf: (_, { offCpuProfile = '' }) => tables.get(offCpuProfile) ?? null,
  };
}

function pathOf(name: string, { kind, forWork = false }: Wait, nanoseconds: number, count: number): WaitPath {
  const place = { key: `${kind} ${name}`, name, file: `src/${name}.c`, line: 7, kind, resolved: true };
  return { key: `${name} path`, place, callers: ['serve', 'main'], nanoseconds, count, forWork };
}

function accountOf(blockedNanoseconds: number) {
  return {
    threads: 8,
    threadNanoseconds: 8 * 5e9,
    runningNanoseconds: 1e9,
    runnableNanoseconds: 1e8,
    blockedNanoseconds,
    blocks: 10_000,
    stacks: 2000,
    withoutStackNanoseconds: {},
    lost: {},
    switches: 30_000,
    bpfRunNanoseconds: 2e7,
  };
}
