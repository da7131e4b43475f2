/**
 * What a calibration found: schema `profbound/calibration@1`. Changes, shares and rates are fractions, times seconds.
 */
import * as z from 'zod';
import { environmentSchema, policySchema, refSchema, workloadNameSchema } from '../bundle/schema.js';
import { verdictSchema } from '../verdict/result.js';

const text = z.string().max(10_000);
const count = z.number().int().nonnegative();
const seconds = z.number().nonnegative();

/** How gates of the same code on both sides ended. */
const endingsSchema = z.object({
  gates: count,
  pass: count,
  fail: count,
  inconclusive: count,
  /** Upper limit of the rate of false fails, at 95 %; of these captures' noise. */
  falseFailsAtMost: z.number(),
});
export type Endings = z.infer<typeof endingsSchema>;

/** A gate with a slowdown that really ran. */
const plantedGateSchema = z.object({
  /** CPU time that was burnt on head besides, as a part of the program's own. */
  planted: z.number(),
  verdict: verdictSchema,
  /** The first reason. */
  reason: text,
  pairs: count,
  seconds,
  estimate: z.number(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
});
export type PlantedGate = z.infer<typeof plantedGateSchema>;

const settingSchema = z.object({
  /** Where it stands in .profbound.yml, e.g. `gate.total.margin`. */
  key: text,
  value: z.union([z.string(), z.number()]),
  reason: text,
});
export type Setting = z.infer<typeof settingSchema>;

export const workloadCalibrationSchema = z.object({
  name: workloadNameSchema,
  /** What the gate tolerates as configured, and the most pairs that fit into its budget. */
  policy: policySchema,
  budgetSeconds: seconds,
  mostPairs: count,
  recorded: z.object({
    pairs: count,
    /** Pairs that share a launch of both sides, and so are one value to the verdict; 1: none do. */
    pairsPerLaunch: z.number().int().positive(),
    /** Of a capture, and of a pair with its part of starting, warming up and stopping. */
    captureSeconds: seconds,
    pairSeconds: seconds,
    /** Samples of one side's capture. */
    samples: z.number(),
  }),
  noise: z.object({
    /** Of one pair's difference of ln CPU time per unit, or of one launch's; null with too few of them. */
    pairSd: z.number().nullable(),
    levelAutocorrelation: z.number(),
    differenceAutocorrelation: z.number(),
    /** ln change of going second in a pair. */
    secondEffect: z.number(),
  }),
  /** The recording itself, cut into gates one after the other. */
  consecutive: endingsSchema,
  /** The recording with its sides exchanged at random. */
  relabelled: endingsSchema,
  /** Blocks of it drawn with replacement, sides exchanged at random. */
  bootstrapped: endingsSchema,
  /** Of the drawn gates that passed: measuring, without building. */
  secondsToPass: z.object({ median: seconds, p90: seconds }).nullable(),
  /** Smallest slowdowns that four of five gates fail for; null: larger than +200 %. */
  detectable: z.object({
    gates: count,
    total: z.number().nullable(),
    /** `available` is false where no function is large enough to take such a share from. */
    functions: z.array(
      z.object({ share: z.number(), available: z.boolean(), change: z.number().nullable() }),
    ),
  }),
  planted: z.array(plantedGateSchema),
  settings: z.array(settingSchema),
  /** What stands in the way of trusting these figures. */
  warnings: z.array(text),
});
export type WorkloadCalibration = z.infer<typeof workloadCalibrationSchema>;

export const calibrationSchema = z.object({
  schema: z.literal('profbound/calibration@1'),
  tool: z.object({ name: z.literal('profbound'), version: text }),
  startedAt: z.iso.datetime(),
  ref: refSchema,
  environment: environmentSchema,
  workloads: z.array(workloadCalibrationSchema),
  /** For all workloads together. */
  settings: z.array(settingSchema),
  /** To be pasted into .profbound.yml. */
  yaml: text,
});
export type Calibration = z.infer<typeof calibrationSchema>;
