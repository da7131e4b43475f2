/** What the native collector says of one capture: `capture.json`, schema `profbound/capture@1`. */
import * as z from 'zod';

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

const count = z.number().int().nonnegative();
const byCause = z.record(z.string().max(100), count);

export const captureSummarySchema = z.object({
  schema: z.literal('profbound/capture@1'),
  collector: z.string().max(100),
  backend: z.enum(['bpf', 'perf']),
  /** What was sampled, e.g. `cpu-clock` or `cycles`. Never mixed across sides. */
  event: z.string().max(100),
  rateHz: z.number().positive(),
  /** Whether samples came at equal distances; else at distances drawn at random around the rate's. */
  fixedPeriod: z.boolean(),
  /** Of weights: CPU time, or how often the event occurred. */
  unit: z.enum(['nanoseconds', 'count']),
  target: z.object({
    kind: z.enum(['pid', 'command']),
    pids: z.array(count).max(100_000),
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
  lost: byCause,
  truncated: count,
  incomplete: byCause,
  unresolved: byCause,
  perCpu: z.array(z.object({ cpu: count, node: count, samples: count, weight: count })).max(8192),
  tasks: count,
  overhead: z.object({
    bpfRunNanoseconds: count,
    bpfRunCount: count,
    recursionMisses: count,
    collectorCpuNanoseconds: count,
  }),
  /** What this machine did not let the collector see, in sentences. */
  limits: z.array(z.string().max(1000)).max(100),
});

export type CaptureSummary = z.infer<typeof captureSummarySchema>;
