/** What the native collector says of one capture: `capture.json`, schema `profbound/capture@1`. */
import * as z from 'zod';
import { listOf, positive, tableOf } from './bounded.js';
import { causes } from './causes.js';

/** Events that measure CPU time: what a gate compares. */
export const timeEvents = ['auto', 'cycles', 'cpu-clock'] as const;

/** Everything that can be sampled. */
export const sampledEvents = [
  ...timeEvents,
  'instructions',
  'cache-references',
  'cache-misses',
  'branches',
  'branch-misses',
  'page-faults',
  'minor-faults',
  'major-faults',
  'context-switches',
  'cpu-migrations',
] as const;

export type SampledEvent = (typeof sampledEvents)[number];

/** Formats of other profilers' profiles. */
export const sourceFormats = ['pprof', 'collapsed', 'perf_script', 'perf_data'] as const;
export type SourceFormat = (typeof sourceFormats)[number];

const count = z.number().int().nonnegative();

/** Counts by the codes of one kind of cause; what is not there did not occur. */
function byCause(kind: keyof typeof causes) {
  const code = z.string().refine((text) => Object.hasOwn(causes[kind], text), `no cause of ${kind}`);
  return tableOf(code, count, Object.keys(causes[kind]).length);
}

/** What the tree's threads did when they did not run, summed over all of them. */
const offCpuSchema = z.object({
  threads: count,
  /** Their lives within the capture: running, runnable and blocked together. */
  threadNanoseconds: count,
  /** On a CPU, with what interrupts and the hypervisor took of it. */
  runningNanoseconds: count,
  /** Waiting for a CPU: the machine's fault, not the program's. */
  runnableNanoseconds: count,
  /** Waiting for anything else; the sum of the off-CPU profile. */
  blockedNanoseconds: count,
  blocks: count,
  /** Blocks whose stack was taken. */
  stacks: count,
  /** Blocked time under frames that say why there is no stack. */
  withoutStackNanoseconds: byCause('untraced'),
  lost: byCause('lost'),
  /** Context switches of the whole machine, and what it took to watch them and the wake-ups. */
  switches: count,
  bpfRunNanoseconds: count,
});

export const captureSummarySchema = z.object({
  schema: z.literal('profbound/capture@1'),
  collector: z.string().max(100),
  backend: z.enum(['bpf', 'perf']),
  /** What was sampled, e.g. `cpu-clock` or `cycles`. Never mixed across sides. */
  event: z.string().max(100),
  rateHz: positive,
  /** Whether samples came at equal distances; else at distances drawn at random around the rate's. */
  fixedPeriod: z.boolean(),
  /** Of weights: CPU time, or how often the event occurred. */
  unit: z.enum(['nanoseconds', 'count']),
  target: z.object({
    kind: z.enum(['pid', 'command', 'cgroup']),
    pids: listOf(count, 100_000),
    /** How often a command was run to the end; 0 for `--pid`. */
    runs: count,
    exitCode: z.number().int().nullable(),
    signal: z.number().int().nullable(),
    exited: z.boolean(),
  }),
  /** CLOCK_REALTIME nanoseconds, as a string because they do not fit a double. */
  startedAtNanoseconds: z.string().regex(/^\d{1,20}$/),
  wallNanoseconds: count,
  /** Exact CPU time of the target's process tree within the capture, by the kernel's accounting. */
  cpuNanoseconds: count,
  /** `task-clock` also counts what interrupts and the hypervisor took: never mixed across sides. */
  cpuAccount: z.enum(['scheduler', 'task-clock']),
  samples: count,
  /** Sum of the samples' weights: what they stand for, in `unit`. */
  weight: count,
  lost: byCause('lost'),
  /** Records of forks, execs and mappings that found no room: mappings were then read anew. */
  mappingsLost: count,
  truncated: count,
  incomplete: byCause('incomplete'),
  unresolved: byCause('unresolved'),
  /** Samples by how many user frames they have: at most `frames`, more than half of it. */
  depths: listOf(z.object({ frames: count, samples: count }), 32),
  perCpu: listOf(z.object({ cpu: count, node: count, samples: count, weight: count }), 8192),
  /** Online in the whole machine. */
  machineCpus: z.number().int().positive(),
  tasks: count,
  /** Absent: the collector took the samples. Else another profiler did, and the collector counted CPU time. */
  source: z
    .object({
      format: z.enum(sourceFormats),
      /** Whether its samples say what CPU time they stand for; else `weight` is the CPU time that was counted. */
      isTimed: z.boolean(),
    })
    .optional(),
  /** Absent or null: it was not asked for, or the backend cannot. */
  offCpu: offCpuSchema.nullable().optional(),
  overhead: z.object({
    /** All BPF programs; of them, those that take samples, also where they find that a task is not to be sampled. */
    bpfRunNanoseconds: count,
    bpfRunCount: count,
    sampleRunNanoseconds: count,
    sampleRunCount: count,
    recursionMisses: count,
    /** Sent from the kernel to the collector. */
    ringBytes: count,
    /** User frames by what led from them to their caller. */
    framesByTable: count,
    framesByFramePointer: count,
    /** Stacks copied to be unwound by the collector, and those not copied because a process had too many. */
    stacksCopied: count,
    copiesRefused: count,
    /** User and kernel time of the collector up to the end of the capture. */
    collectorCpuNanoseconds: count,
  }),
  /** What this machine did not let the collector see, in sentences. */
  limits: listOf(z.string().max(1000), 100),
});

export type CaptureSummary = z.infer<typeof captureSummarySchema>;

/** How a capture was sampled, in words: captures of which this differs are not compared. */
export function samplingText({ event, rateHz, backend, cpuAccount, source }: CaptureSummary): string {
  const rate = source === undefined || source.isTimed ? ` at ${rateHz} Hz` : '';
  const by = source === undefined ? backend : source.format;
  return `${event}${rate} by ${by}, CPU time by ${cpuAccount}${source === undefined ? '' : ` (${backend})`}`;
}
