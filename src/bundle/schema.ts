/**
 * The bundle: everything a run measured, on disk; enough to recompute the verdict byte for byte, offline.
 *
 *     bundle.json                                        this schema
 *     workloads/NAME/pairs/NNN/{base,head}.cpu.pb.gz     plain pprof
 *     workloads/NAME/pairs/NNN/{base,head}.offcpu.pb.gz  where threads waited, if that was captured
 *
 * A bundle may come from elsewhere (a fork's artifact): untrusted, hence every length below is bounded.
 */
import * as z from 'zod';
import { amount, listOf, positive } from './bounded.js';
import { changesSchema } from './changes.js';
import { conditionsSchema } from './conditions.js';
import { runtimesSchema } from './runtimes.js';
import { captureSummarySchema } from './summary.js';
import { mostWaivers, waiverSchema } from './waivers.js';

const text = z.string().max(2000);
const count = z.number().int().nonnegative();
const errorRate = z.number().min(1e-12).lt(0.5);

export const sides = ['base', 'head'] as const;
export const sideSchema = z.enum(sides);
export type Side = z.infer<typeof sideSchema>;

/** A workload's name is also a folder name. */
export const workloadNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,63}$/,
    'a workload name is 1 to 64 of a-z, 0-9, _ and -, starting with a letter or digit',
  );

/** What the gate tolerates, resolved from the configuration of base. Margins and shares are fractions (0.02 = 2 %). */
export const policySchema = z.object({
  totalMargin: z.number().min(0).max(10),
  functionMargin: z.number().min(0).max(10),
  /** Functions below this share of the pooled samples are not tested. */
  minShare: z.number().min(0).max(1),
  /** Family-wise error rates of the three families of claims. */
  alpha: z.object({ fail: errorRate, pass: errorRate, functions: errorRate }),
  /**
   * Numbers of pairs, or of launches where pairs share them, after which the verdict is computed; ascending; the last
   * one is the most ever run.
   */
  looks: listOf(z.number().int().positive(), 64)
    .refine((looks) => looks.length > 0, 'there is a look')
    .refine((looks) => looks.every((look, index) => look > (looks[index - 1] ?? 0)), 'looks ascend'),
});
export type Policy = z.infer<typeof policySchema>;

/** What is made of the time threads wait while they do a unit of work. */
export const waitPolicySchema = z.object({
  /** `report`: longer waits are said; `enforce`: they fail the gate. */
  mode: z.enum(['report', 'enforce']),
  margin: z.number().min(0).max(10),
  /** Functions in which threads wait for work, besides those their stacks give away. */
  idle: listOf(text, 100),
});
export type WaitPolicy = z.infer<typeof waitPolicySchema>;

/** How the load was offered; decides what agreement between the sides' units is demanded. */
export const loadSchema = z.object({
  kind: z.enum(['http', 'command', 'batch']),
  /** `open`: a fixed offered rate; `closed`: as fast as the answers come; `unknown`: a command we cannot look into. */
  loop: z.enum(['open', 'closed', 'unknown']),
  /** Offered units a second of an open loop. */
  rate: positive.nullable(),
});
export type Load = z.infer<typeof loadSchema>;

/** Most differently laid out builds a side. */
export const mostLayouts = 64;

/** One profiled window of one side. */
export const captureSchema = z.object({
  side: sideSchema,
  /** Pair number, from 1. */
  pair: z.number().int().positive(),
  /** Which of the bundle's `runners` took it; only in a merged bundle. */
  runner: z.number().int().nonnegative().max(63).optional(),
  /** 0 when this side was measured first in its pair, 1 when second. */
  position: z.union([z.literal(0), z.literal(1)]),
  /** Which of the side's builds, from 1; only where it was built in several code layouts. */
  layout: z.number().int().min(1).max(mostLayouts).optional(),
  /** Units of work done inside the window, and those that failed. */
  units: amount,
  errors: amount,
  conditions: conditionsSchema,
  /** The pprof file, relative to the bundle. */
  cpuProfile: z
    .string()
    .regex(/^workloads\/[a-z0-9][a-z0-9_-]{0,63}\/pairs\/\d{3,6}\/(base|head)\.cpu\.pb\.gz$/),
  /** The pprof file of where threads waited, relative to the bundle; only when that was captured. */
  offCpuProfile: z
    .string()
    .regex(/^workloads\/[a-z0-9][a-z0-9_-]{0,63}\/pairs\/\d{3,6}\/(base|head)\.offcpu\.pb\.gz$/)
    .optional(),
  /**
   * Number of the launch of its side's service, from 1: captures that share one are one value to the verdict. Absent:
   * the capture had a launch of its own.
   */
  launch: z.number().int().positive().optional(),
  /** Seconds from the beginning of measuring, pilot included, to the capture's end; by a clock that only goes forward. */
  endSeconds: amount.optional(),
  summary: captureSummarySchema,
});
export type Capture = z.infer<typeof captureSchema>;

/** How measuring ended. */
export const stopSchema = z.object({
  reason: z.enum([
    'decided',
    /** It could not be expected to be decided within the budget. */
    'futile',
    /** No work was done in the pilot. */
    'unfit',
    'looks_exhausted',
    'budget_exhausted',
    'interrupted',
    'error',
    'single',
  ]),
  message: text,
});
export type Stop = z.infer<typeof stopSchema>;

/** What the calendar is made of; known before the first pair. */
export const pacingSchema = z.object({
  budgetSeconds: positive,
  /** What the pilot expects a pair to take, starts and warm-ups included; pairs that share a launch together. */
  pairSeconds: positive,
});

const layoutFolders = listOf(text, mostLayouts).refine(
  (folders) => folders.length >= 2,
  'several code layouts are at least 2',
);

const workloadFields = z.object({
  name: workloadNameSchema,
  policy: policySchema,
  /** Those of base that speak of this workload. */
  waivers: listOf(waiverSchema, mostWaivers),
  load: loadSchema,
  /** Asked-for length of a capture in seconds: how long its service is loaded. */
  captureSeconds: positive,
  /**
   * Length of a turn where both sides' services ran at once and were loaded in turns: the windows of a pair's captures are
   * one and the same. Absent: one capture after the other.
   */
  turnSeconds: positive.optional(),
  /** Absent where captures were not asked to keep where threads wait. */
  offCpu: waitPolicySchema.optional(),
  /** What was added to the starts of both sides. Absent where that is not known. */
  runtimes: runtimesSchema.optional(),
  /** Folders of each side's builds in several code layouts, instead of the one its ref names; as many on both sides. */
  layouts: z.object({ base: layoutFolders, head: layoutFolders }).optional(),
  /** Absent: error probability is spent by pairs alone. */
  pacing: pacingSchema.optional(),
  captures: listOf(captureSchema, 20_000),
  /** null while the run is under way, so a killed run can be told from a finished one. */
  stop: stopSchema.nullable(),
});
export const bundleWorkloadSchema = workloadFields
  .refine(
    ({ layouts, captures }) =>
      layouts?.base.length === layouts?.head.length &&
      captures.every(({ layout }) =>
        layouts === undefined ? layout === undefined : layout !== undefined && layout <= layouts.base.length,
      ),
    'every capture names one of the code layouts there are, as many on both sides',
  )
  .refine(
    ({ captures }) => new Set(captures.map(({ pair, side }) => `${pair} ${side}`)).size === captures.length,
    'a pair has one capture of each side',
  )
  .refine(
    ({ name, captures }) => captures.every((capture) => standsInPlace(name, capture)),
    "a capture's profiles stand in the folder of its workload and pair, named by its side",
  );

function standsInPlace(name: string, { pair, side, cpuProfile, offCpuProfile }: Capture): boolean {
  const stem = `workloads/${name}/pairs/${String(pair).padStart(3, '0')}/${side}`;
  return (
    cpuProfile === `${stem}.cpu.pb.gz` &&
    (offCpuProfile === undefined || offCpuProfile === `${stem}.offcpu.pb.gz`)
  );
}
export type BundleWorkload = z.infer<typeof bundleWorkloadSchema>;

/** One side's source: what was built and measured. */
export const refSchema = z.object({
  /** As the user named it: a git ref, a folder, `base + slow.patch`. */
  name: text,
  commit: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .nullable(),
  /** Absolute folder the side ran in; profiles name files below it. */
  root: text,
});
export type Ref = z.infer<typeof refSchema>;

/** The machine, as far as it can change a measurement. Facts that could not be read are null. */
export const environmentSchema = z.object({
  kernel: text,
  cpuModel: text,
  cpus: z.number().int().positive(),
  memoryBytes: count,
  virtualized: z.boolean().nullable(),
  governor: text.nullable(),
  turbo: z.boolean().nullable(),
  smt: z.boolean().nullable(),
  serviceCpus: text,
  loadCpus: text,
  node: text,
});
export type Environment = z.infer<typeof environmentSchema>;

/** One of the runs that a merged bundle was made of. */
export const runnerSchema = z.object({
  /** How reports call it. */
  name: text,
  startedAt: z.iso.datetime(),
  environment: environmentSchema,
  /** Absolute folders the sides ran in there. */
  roots: z.object({ base: text, head: text }),
});
export type Runner = z.infer<typeof runnerSchema>;

const bundleFields = z.object({
  schema: z.literal('profbound/bundle@1'),
  tool: z.object({ name: z.literal('profbound'), version: text }),
  /** ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
  refs: z.object({ base: refSchema, head: refSchema }),
  /** The configuration file as it was read, so that a reader sees what was asked for. */
  config: z.object({ path: text, text: z.string().max(1_000_000) }),
  onInconclusive: z.enum(['pass', 'warn', 'fail']),
  /** What the reader should know besides the figures, e.g. that the gate's policy differs between the sides. */
  notes: listOf(text, 100),
  /** What differs between the sides' sources; null when that is not known, and a note says why. */
  changes: changesSchema.nullable(),
  environment: environmentSchema,
  /** Only in a merged bundle: where its captures come from; `environment` is the first one's then. */
  runners: listOf(runnerSchema, 64)
    .refine((runners) => runners.length > 0, 'a merged bundle has runners')
    .optional(),
  workloads: listOf(bundleWorkloadSchema, 100),
});
export const bundleSchema = bundleFields
  .refine(
    ({ workloads }) => new Set(workloads.map(({ name }) => name)).size === workloads.length,
    'workloads have names of their own',
  )
  .refine(
    ({ runners, workloads }) =>
      workloads.every(({ captures }) =>
        captures.every(({ runner }) =>
          runners === undefined ? runner === undefined : runner !== undefined && runner < runners.length,
        ),
      ),
    'every capture names one of the runners there are, in a merged bundle only',
  );
export type BundleManifest = z.infer<typeof bundleSchema>;
