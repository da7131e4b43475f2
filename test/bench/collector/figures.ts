/** What is printed of each profiler on each workload, and what is wanted of it. */
import type { Capture } from './profilers.js';
import { completeness } from './stacks.js';
import type { Workload } from './workloads.js';

/** One load under one profiler, or under none. */
export interface Round {
  readonly capture: Capture | null;
  /** A short capture just before: what differs between the two is the cost of samples, without that of starting. */
  readonly brief: Capture | null;
  /** CPU nanoseconds the workload took for one unit of its work. */
  readonly cpuPerUnit: number;
  /** The workload's CPU time, and of it what timer interrupts took. */
  readonly cpuSeconds: number;
  readonly interruptSeconds: number;
  /** The same of the short capture. */
  readonly briefCpuSeconds: number;
  readonly briefInterruptSeconds: number;
}

export interface Figures {
  readonly samples: number;
  /** Share of stacks that reach a thread's beginning. */
  readonly complete: number;
  /** Microseconds of CPU for one sample in the symbolised profile: the profiler's processes and what sampling takes. */
  readonly costMicroseconds: number;
  /** The same of one sample more in a longer capture, without what a capture costs however long it is. */
  readonly furtherMicroseconds: number;
  /** Milliseconds of CPU for a capture without a sample. */
  readonly startMilliseconds: number;
  /** What a sample takes within the kernel: what timer interrupts last longer than without a profiler. */
  readonly interruptMicroseconds: number;
  /** Of the programs that take samples. */
  readonly samplingMicroseconds: number | null;
  /** The same without runs that found others running or nothing; and, by short captures, walking both stacks. */
  readonly walkMicroseconds: {
    readonly all: number;
    readonly user: number;
    readonly kernel: number;
  } | null;
  readonly bytes: number;
  /** Change of the workload's CPU for a unit of work, by paired rounds, with its standard error. */
  readonly taken: number;
  readonly takenError: number;
  readonly lost: number;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const size = ({ stacks }: Capture): number => sum(stacks.map(({ count }) => count));
/** Share of the workload's time that ticks take without a profiler. */
const tickShare = (bare: readonly Round[]): number =>
  sum(bare.map(({ interruptSeconds }) => interruptSeconds)) / sum(bare.map(({ cpuSeconds }) => cpuSeconds));

/**
 * CPU of a capture: its processes, its samples within the kernel, and BPF programs that take none. Where samples come by
 * another way than timer interrupts, no less than the BPF programs say.
 */
function cost(capture: Capture, interruptSeconds: number): number {
  const { ownCpuSeconds, bpfSeconds, samplingSeconds } = capture;
  const besides = (bpfSeconds ?? 0) - (samplingSeconds ?? 0);
  return ownCpuSeconds + besides + Math.max(interruptSeconds, samplingSeconds ?? 0);
}

/**
 * Seconds of the sampling program for one sample of the workload: what it ran, without its runs that found others. What
 * one of those takes is known from the short captures, where samples of the workload are timed by themselves.
 */
function ownBpfSeconds(
  captures: readonly Capture[],
  samples: number,
  brief: readonly Capture[],
  briefSamples: number,
): number {
  const spent = (of: readonly Capture[]): number =>
    sum(of.map(({ samplingSeconds }) => samplingSeconds ?? 0));
  const runs = (of: readonly Capture[]): number => sum(of.map(({ samplingRuns }) => samplingRuns));
  const timed = sum(brief.map(({ walks }) => walks?.all ?? 0));
  const others = Math.max(0, spent(brief) - timed) / Math.max(1, runs(brief) - briefSamples);
  return (spent(captures) - others * (runs(captures) - samples)) / samples;
}

/** @param bare the rounds without a profiler, each the partner of the round of the same place */
export function figuresOf(rounds: readonly Round[], bare: readonly Round[]): Figures {
  const captures = rounds.flatMap(({ capture }) => capture ?? []);
  const { samples, complete } = completeness(captures.flatMap(({ stacks }) => stacks));
  const brief = rounds.flatMap((round) => round.brief ?? []);
  const ticks = tickShare(bare);
  const interrupts = rounds.map((round) => round.interruptSeconds - ticks * round.cpuSeconds);
  const briefInterrupts = rounds.map((round) => round.briefInterruptSeconds - ticks * round.briefCpuSeconds);
  const costs = captures.map((capture, at) => cost(capture, interrupts[at] as number));
  const briefCosts = brief.map((capture, at) => cost(capture, briefInterrupts[at] as number));
  const briefSamples = sum(brief.map(size));
  const further = (sum(costs) - sum(briefCosts)) / (samples - briefSamples);
  const walks = brief.flatMap((capture) => capture.walks ?? []);
  const sampling = captures.map(({ samplingSeconds }) => samplingSeconds);
  const ratios = rounds.map(({ cpuPerUnit }, at) => cpuPerUnit / (bare[at] as Round).cpuPerUnit - 1);
  const mean = sum(ratios) / ratios.length;
  const variance = sum(ratios.map((ratio) => (ratio - mean) ** 2)) / (ratios.length - 1);
  return {
    samples,
    complete: complete / samples,
    costMicroseconds: (sum(costs) / samples) * 1e6,
    furtherMicroseconds: further * 1e6,
    startMilliseconds: ((sum(costs) - further * samples) / captures.length) * 1e3,
    interruptMicroseconds: (sum(interrupts) / samples) * 1e6,
    samplingMicroseconds: sampling.includes(null) ? null : (sum(sampling as number[]) / samples) * 1e6,
    walkMicroseconds:
      walks.length === 0
        ? null
        : {
            all: ownBpfSeconds(captures, samples, brief, briefSamples) * 1e6,
            user: (sum(walks.map(({ user }) => user)) / briefSamples) * 1e6,
            kernel: (sum(walks.map(({ kernel }) => kernel)) / briefSamples) * 1e6,
          },
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

/** @param floor of perf without stacks: what any sampling pays */
export function wantedOf(
  workload: Workload,
  ours: Figures,
  frames: Figures,
  dwarf: Figures,
  floor: Figures,
): Wanted[] {
  const bpfLimit = workload.unwound === 'frame pointers' ? 2 : 5;
  const cost = ours.costMicroseconds;
  const tenth = dwarf.furtherMicroseconds / 10;
  const least = floor.interruptMicroseconds;
  const above = ours.furtherMicroseconds - least;
  const aboveTenth = (dwarf.furtherMicroseconds - least) / 10;
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
      what: 'cost of a further sample, to 1/10 of perf dwarf',
      limit: `<= ${micro(tenth)}`,
      measured: micro(ours.furtherMicroseconds),
      isMet: ours.furtherMicroseconds <= tenth,
    },
    {
      what: `the same above the ${micro(least)} that any sampling takes`,
      limit: `<= ${micro(aboveTenth)}`,
      measured: micro(above),
      isMet: above <= aboveTenth,
    },
    {
      what: `BPF time of a sample (${workload.unwound})`,
      limit: `<= ${micro(bpfLimit)}`,
      measured: ours.walkMicroseconds === null ? 'unknown' : `${ours.walkMicroseconds.all.toFixed(2)} µs`,
      isMet: ours.walkMicroseconds !== null && ours.walkMicroseconds.all <= bpfLimit,
    },
    {
      what: 'bytes of a sample, to 1/50 of perf dwarf',
      limit: `<= ${(dwarf.bytes / 50).toFixed(0)}`,
      measured: ours.bytes.toFixed(0),
      isMet: ours.bytes <= dwarf.bytes / 50,
    },
  ];
}
