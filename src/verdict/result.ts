/**
 * The result of a run: `result.json`, schema `profbound/result@1`. Stable; checked by zod when written and when read.
 * Relative changes are fractions (0.031 = +3.1 %), ratios are head over base, shares are 0..1, times are nanoseconds.
 */
import * as z from 'zod';
import { hunkSchema } from '../bundle/changes.js';
import { runtimesSchema } from '../bundle/runtimes.js';
import { environmentSchema, loadSchema, refSchema, workloadNameSchema } from '../bundle/schema.js';
import { appliedWaiverSchema } from './appliedWaiver.js';
import { type Bounded, boundedSchema } from './bounded.js';
import { offCpuSchema } from './waits/schema.js';

const text = z.string().max(10_000);

export const verdictSchema = z.enum(['pass', 'fail', 'inconclusive']);
export type Verdict = z.infer<typeof verdictSchema>;

/** A stable code for machines and one sentence for people. */
export const reasonSchema = z.object({ code: z.string().regex(/^[a-z][a-z0-9_]*$/), message: text });
export type Reason = z.infer<typeof reasonSchema>;

export { type Bounded, boundedSchema };

export const functionClassSchema = z.enum(['slower', 'faster', 'moved', 'new', 'gone', 'unproven']);
export type FunctionClass = z.infer<typeof functionClassSchema>;

/** Where a slower function's time comes from, as far as the changed lines tell. */
export const culpritSchema = z.object({
  kind: z.enum([
    /** A changed line is the function's own. */
    'changed',
    /** A function that was changed is inlined into it. */
    'inlines_changed',
    /** A function that was changed is on the stacks on which it got slower. */
    'called_from_changed',
    /** Its file, or the one that file is built from, is changed elsewhere. */
    'file_changed',
    'untouched',
    'unknown',
  ]),
  message: text,
  /** The changed function, where it is another one. */
  function: text.nullable(),
  /** The changed file and line, in head; paths are relative to what was compared, lines null where not known. */
  file: text.nullable(),
  line: z.number().int().nonnegative().nullable(),
  hunk: hunkSchema.pick({ base: true, head: true }).nullable(),
});
export type Culprit = z.infer<typeof culpritSchema>;

/** How a waiver was applied to a slowdown: see docs/waivers.md. */
/** One function above the minimum share on either side. */
export const functionSchema = z.object({
  /** Identity across the sides: see src/profile/names.ts. */
  key: text,
  name: text,
  /** Relative to the side's root where it lies below it; null where the profile does not say. */
  file: text.nullable(),
  line: z.number().int().nonnegative().nullable(),
  /**
   * Shares of the side's CPU time: of the exact one where the event is `cpu-clock`. They need not add up to 1 then: the
   * rest was spent where no sample could be taken.
   */
  baseShare: z.number().min(0).max(1),
  headShare: z.number().min(0).max(1),
  /**
   * By tiers of a JIT compiler, as it calls them (V8: Ignition, Sparkplug, Maglev, TurboFan), the shares of the function's
   * own CPU time that it spent in such code; absent where its names say none.
   */
  tiers: z
    .array(z.object({ tier: text, base: z.number().min(0).max(1), head: z.number().min(0).max(1) }))
    .optional(),
  /** The function's own CPU time per unit of work, head over base: 1.34 is +34 %. null when one side never saw it. */
  ratio: boundedSchema.nullable(),
  /** What that change adds to the base's CPU time per unit of work. */
  contribution: boundedSchema,
  /**
   * Part of the functions with this q-value or a smaller one that are expected not to have changed beyond the margin
   * (Benjamini and Hochberg). It decides nothing. null where nothing was tested.
   */
  q: z.number().min(0).max(1).nullable(),
  class: functionClassSchema,
  /** Of functions proven slower or new; null for all others, and for those after the first 50. */
  culprit: culpritSchema.nullable(),
  /** null where no waiver was needed, or none speaks of it. */
  waiver: appliedWaiverSchema.nullable(),
});
export type FunctionResult = z.infer<typeof functionSchema>;

const known = z.number().nullable();

/** What the machine did besides during a side's captures; null where it was not measured. */
const sideConditionsSchema = z.object({
  /** Part of the CPU time wanted on the service's CPUs that the hypervisor gave to other guests. */
  steal: known,
  /** Part of the service's CPUs' time taken by programs that are neither measured nor measuring. */
  otherLoad: known,
  frequencyHz: known,
  /** Relative standard deviation from capture to capture. */
  frequencySpread: known,
  /** Part of the captures in which heat slowed the CPUs down. */
  throttled: known,
  /** Part of the time in which some program waited for memory. */
  memoryStall: known,
});
export type SideConditions = z.infer<typeof sideConditionsSchema>;

const sideQualitySchema = z.object({
  samples: z.number(),
  /** Shares of all samples, 0..1. */
  lost: z.number(),
  unresolved: z.number(),
  truncated: z.number(),
  incompleteStacks: z.number(),
  /** What is missing, by cause (native/src/profile/causes.def), largest first. */
  causes: z.array(
    z.object({
      kind: z.enum(['lost', 'incomplete', 'unresolved']),
      cause: z.string().max(100),
      share: z.number(),
      /** The files, largest share first, or the runtime whose code it is; absent where that is not known. */
      where: z.array(text).max(3).optional(),
    }),
  ),
  /** Samples by how many user frames they have: at most `frames`, more than half of it. */
  depths: z.array(z.object({ frames: z.number(), samples: z.number() })),
  overhead: z.object({
    /** Kernel time for each sample kept; null with a backend that cannot measure it. */
    nsPerSample: z.number().nullable(),
    /** The profiler's CPU time over the target's. */
    cpuShare: z.number(),
    /** The same over all the machine's CPUs. */
    machineShare: z.number(),
  }),
  conditions: sideConditionsSchema,
});
export type SideQuality = z.infer<typeof sideQualitySchema>;

/** Shares of both sides' samples on one CPU or memory node. */
const placeSchema = z.object({
  id: z.number().int().nonnegative(),
  /** Whose CPU or node it is, from 1; only in a merged bundle. */
  runner: z.number().int().positive().optional(),
  baseShare: z.number().min(0).max(1),
  headShare: z.number().min(0).max(1),
  /** By more than 5 percentage points and beyond chance. */
  differs: z.boolean(),
});

/** Where the service ran; CPUs and nodes with at least 2.5 % of the samples. */
const placementSchema = z.object({ cpus: z.array(placeSchema), nodes: z.array(placeSchema) });
export type Placement = z.infer<typeof placementSchema>;

export const workloadResultSchema = z.object({
  name: workloadNameSchema,
  verdict: verdictSchema,
  reasons: z.array(reasonSchema),
  load: loadSchema,
  /** Complete pairs the verdict rests on, and the measured seconds of both sides together. */
  pairs: z.number().int().nonnegative(),
  seconds: z.number().nonnegative(),
  units: z.object({ base: z.number(), head: z.number() }),
  errors: z.object({ base: z.number(), head: z.number() }),
  /** Exact CPU nanoseconds per unit of work: geometric means over pairs. */
  cpuPerUnit: z.object({ base: z.number(), head: z.number() }),
  /** Relative change of CPU time per unit; mde is null when no effect could have been proven. */
  total: boundedSchema.extend({ margin: z.number(), mde: z.number().nullable() }),
  /** The waiver whose ceiling is the total's margin, where the policy's own would not have let it pass. */
  totalWaiver: appliedWaiverSchema.nullable(),
  /** Where several differently laid out builds a side were measured; null where a side has one build. */
  layouts: z
    .object({
      /** A side. */
      builds: z.number().int().positive(),
      /** Standard deviation of the relative change from one build to another; null where it cannot be told. */
      deviation: boundedSchema.nullable(),
      /** Part of the total's variance that comes from it and that more pairs do not reduce. */
      part: z.number().min(0).max(1).nullable(),
    })
    .nullable(),
  /** Relative change pair by pair, in pair order: what the total is computed from. */
  pairChanges: z.array(z.number()),
  functionMargin: z.number(),
  functions: z.array(functionSchema),
  /** Time spent waiting; null where captures do not have it. */
  offCpu: offCpuSchema.nullable(),
  quality: z.object({ base: sideQualitySchema, head: sideQualitySchema, placement: placementSchema }),
  /** What was added to the starts of both sides so that their stacks can be read; null where that is not known. */
  runtimes: runtimesSchema.nullable(),
  capture: z.object({ backend: text, event: text, rateHz: z.number(), limits: z.array(text) }),
  /** More seconds of measuring that would be needed to decide, when it is not decided and that can be said. */
  neededSeconds: z.number().nullable(),
});
export type WorkloadResult = z.infer<typeof workloadResultSchema>;

export const resultSchema = z.object({
  schema: z.literal('profbound/result@1'),
  tool: z.object({ name: z.literal('profbound'), version: text }),
  verdict: verdictSchema,
  reasons: z.array(reasonSchema),
  /** `paired`: interleaved pairs, bounds hold across runs; `unpaired`: single captures, bounds are within-run only. */
  design: z.enum(['paired', 'unpaired']),
  onInconclusive: z.enum(['pass', 'warn', 'fail']),
  startedAt: z.iso.datetime().nullable(),
  refs: z.object({ base: refSchema, head: refSchema }),
  environment: environmentSchema.nullable(),
  notes: z.array(text),
  workloads: z.array(workloadResultSchema),
});
export type Result = z.infer<typeof resultSchema>;
