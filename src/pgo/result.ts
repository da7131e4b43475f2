/**
 * What a run of `profbound pgo` found and decided: `pgo.json`, schema `profbound/pgo@1`. Stable; checked when it is written.
 * Savings are parts of the CPU time per unit of work that the build without the profile takes: 0.05 is 5 % less.
 */
import * as z from 'zod';
import { environmentSchema, refSchema, workloadNameSchema } from '../bundle/schema.js';
import { boundedSchema, reasonSchema, workloadResultSchema } from '../verdict/result.js';
import { pgoFormats } from './formats.js';

const text = z.string().max(10_000);
const count = z.number().int().nonnegative();
const part = z.number().min(0).max(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** The builds of one source: `none` without a profile, `zero` by one without samples, `last` and `next` by the two in question. */
export const variantNames = ['none', 'zero', 'last', 'next'] as const;
export type VariantName = (typeof variantNames)[number];

/** How much of a profile speaks of a program as it is. */
const matchSchema = z.object({
  share: part,
  /** What someone who builds with it should know, a sentence each. */
  findings: z.array(text).max(30),
});
export type PgoMatch = z.infer<typeof matchSchema>;

const buildSchema = z.object({
  variant: z.enum(variantNames),
  seconds: z.number().nonnegative(),
  /** Of the program's file, and of the code in it. */
  bytes: count,
  codeBytes: count,
  buildId: text,
  compiler: text.nullable(),
});
export type PgoBuild = z.infer<typeof buildSchema>;

const samplesSchema = z.object({
  /** URL, without its password, or file of a merged profile, which has neither captures nor load; null: this run captured. */
  source: text.nullable(),
  captures: count,
  seconds: z.number().nonnegative(),
  event: text,
  /** All that were taken, and of these the ones in the binary. */
  all: count,
  inBinary: count,
  floor: count,
  /** More seconds of captures that would reach the floor; null where it is reached or no sample is in the binary. */
  neededSeconds: z.number().nonnegative().nullable(),
  workloads: z.array(workloadNameSchema),
  load: z.array(z.object({ workload: workloadNameSchema, units: z.number(), unitsPerSecond: z.number() })),
});
export type PgoSamples = z.infer<typeof samplesSchema>;

const comparisonSchema = z.object({
  /** Which build the one with the new profile was compared with. */
  with: z.enum(['none', 'last']),
  saving: boundedSchema,
  isProven: z.boolean(),
  /** The gate of the two builds: base has the new profile, head has not. */
  gate: workloadResultSchema,
});
export type Comparison = z.infer<typeof comparisonSchema>;

const consumptionSchema = z.object({
  functions: count,
  /** Functions of another size than in the build without a profile, and in the one by an empty profile. */
  differFromNone: count,
  differFromEmpty: count,
  /** What the compiler itself says, which then decides; null where it says nothing that can be read. */
  report: z.object({ isConsumed: z.boolean(), said: text }).nullable(),
});
export type Consumption = z.infer<typeof consumptionSchema>;

export const profileResultSchema = z.object({
  /** The workload under which builds are compared. */
  workload: workloadNameSchema,
  format: z.enum(pgoFormats),
  decision: z.enum(['published', 'kept']),
  /** What decided comes first. */
  reasons: z.array(reasonSchema),
  onNoGain: z.enum(['keep', 'fail']),
  minGain: part,
  /** Where the accepted profile belongs, relative to the folder that was measured. */
  path: text,
  /** The last accepted one; null where there was none. */
  last: z
    .object({
      bytes: count,
      sha256,
      match: matchSchema.nullable(),
      /** Neither is one that is damaged, nor of `bolt` one of another build. */
      isUsable: z.boolean(),
      /** Why no compiler can go by it; null where that is not so. */
      damage: text.nullable(),
    })
    .nullable(),
  /** The new one; null where there were none, or too few samples for one. */
  next: z.object({ bytes: count, sha256, functions: count, describedShare: part }).nullable(),
  /** null where nothing was captured. */
  samples: samplesSchema.nullable(),
  /** Of the new profile with the program it was captured of; null where there is none. */
  match: matchSchema.nullable(),
  /**
   * How alike the profiles of two halves of the captures are, as llvm-profdata overlap has it; null where there are none, and
   * so not known of a merged profile.
   */
  stability: z.object({ similarity: part }).nullable(),
  consumption: consumptionSchema.nullable(),
  builds: z.array(buildSchema),
  comparisons: z.array(comparisonSchema),
  /** What ended it before all was found that decides: a build, or anything else; null where nothing did. */
  failure: z.object({ step: z.enum(['build', 'measure']), message: text }).nullable(),
});
export type ProfileResult = z.infer<typeof profileResultSchema>;

export const pgoResultSchema = z.object({
  schema: z.literal('profbound/pgo@1'),
  tool: z.object({ name: z.literal('profbound'), version: text }),
  startedAt: z.iso.datetime(),
  ref: refSchema,
  environment: environmentSchema,
  notes: z.array(text),
  profiles: z.array(profileResultSchema),
});
export type PgoResult = z.infer<typeof pgoResultSchema>;
