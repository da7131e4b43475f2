/** What is printed of each profiler on each workload, and what is wanted of it. */
import type { Capture } from './profilers.js';
import { completeness } from './stacks.js';
import type { Workload } from './workloads.js';

/** One load under one profiler, or under none. */
export interface Round {
  readonly capture: Capture | null;
  /** CPU nanoseconds the workload took for one unit of its work. */
  readonly cpuPerUnit: number;
  /** CPU seconds the workload took. */
  readonly cpuSeconds: number;
}

export interface Figures {
  readonly samples: number;
  /** Share of stacks that reach a thread's beginning. */
  readonly complete: number;
  /** Microseconds of CPU for one sample in the symbolised profile: the profiler's processes and its BPF programs. */
  readonly costMicroseconds: number;
  readonly bpfMicroseconds: number | null;
  readonly bytes: number;
  /** Change of the workload's CPU for a unit of work, by paired rounds, with its standard error. */
  readonly taken: number;
  readonly takenError: number;
  readonly lost: number;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** @param bare the rounds without a profiler, each the partner of the round of the same place */
export function figuresOf(rounds: readonly Round[], bare: readonly Round[]): Figures {
  const captures = rounds.flatMap(({ capture }) => capture ?? []);
  const { samples, complete } = completeness(captures.flatMap(({ stacks }) => stacks));
  const bpf = captures.map(({ bpfSeconds }) => bpfSeconds);
  const bpfSeconds = bpf.includes(null) ? null : sum(bpf as number[]);
  const ratios = rounds.map(({ cpuPerUnit }, at) => cpuPerUnit / (bare[at] as Round).cpuPerUnit - 1);
  const mean = sum(ratios) / ratios.length;
  const variance = sum(ratios.map((ratio) => (ratio - mean) ** 2)) / (ratios.length - 1);
  const each = (seconds: number): number => (seconds / samples) * 1e6;
  return {
    samples,
    complete: complete / samples,
    costMicroseconds: each(sum(captures.map(({ ownCpuSeconds }) => ownCpuSeconds)) + (bpfSeconds ?? 0)),
    bpfMicroseconds: bpfSeconds === null ? null : each(bpfSeconds),
    bytes: sum(captures.map(({ bytes }) => bytes)) / samples,
    taken: mean,
    takenError: Math.sqrt(variance / ratios.length),
    lost: sum(captures.map(({ lost }) => lost)),
  };
}

export interface Wanted {
  readonly what: string;
  readonly limit: string;
  readonly measured: string;
  readonly isMet: boolean;
}

export const percent = (share: number, digits = 2): string => `${(share * 100).toFixed(digits)} %`;
export const micro = (number: number): string => `${number.toFixed(1)} µs`;

export function wantedOf(workload: Workload, ours: Figures, frames: Figures, dwarf: Figures): Wanted[] {
  const bpfLimit = workload.unwound === 'frame pointers' ? 2 : 5;
  const cost = ours.costMicroseconds;
  return [
    {
      what: 'complete stacks',
      limit: '>= 99.5 %',
      measured: percent(ours.complete),
      isMet: ours.complete >= 0.995,
    },
    {
      what: 'cost of a sample, to perf -g',
      limit: `<= ${micro(frames.costMicroseconds)}`,
      measured: micro(cost),
      isMet: cost <= frames.costMicroseconds,
    },
    {
      what: 'cost of a sample, to 1/10 of perf dwarf',
      limit: `<= ${micro(dwarf.costMicroseconds / 10)}`,
      measured: micro(cost),
      isMet: cost <= dwarf.costMicroseconds / 10,
    },
    {
      what: `BPF time of a sample (${workload.unwound})`,
      limit: `<= ${micro(bpfLimit)}`,
      measured: ours.bpfMicroseconds === null ? 'unknown' : `${ours.bpfMicroseconds.toFixed(2)} µs`,
      isMet: ours.bpfMicroseconds !== null && ours.bpfMicroseconds <= bpfLimit,
    },
    {
      what: 'bytes of a sample, to 1/50 of perf dwarf',
      limit: `<= ${(dwarf.bytes / 50).toFixed(0)}`,
      measured: ours.bytes.toFixed(0),
      isMet: ours.bytes <= dwarf.bytes / 50,
    },
  ];
}
