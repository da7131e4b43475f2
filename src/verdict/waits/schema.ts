/** Time spent waiting, as the result has it: nanoseconds per unit of work, changes as fractions. */
import * as z from 'zod';
import { waitKinds } from '../../profile/waitKind.js';
import { appliedWaiverSchema } from '../appliedWaiver.js';
import { boundedSchema } from '../bounded.js';

const text = z.string().max(10_000);

const sidesOfTime = z.object({ base: z.number(), head: z.number() });

export const waitClassSchema = z.enum(['longer', 'shorter', 'moved', 'new', 'gone', 'unproven']);
export type WaitClass = z.infer<typeof waitClassSchema>;

export const waitSchema = z.object({
  /** Identity across the sides: the kind of wait and the function. */
  key: text,
  /** The innermost function of the software's own, or else of the program, that waits. */
  name: text,
  file: text.nullable(),
  line: z.number().int().nonnegative().nullable(),
  kind: z.enum(waitKinds),
  /** Threads wait for work here: time the load leaves, of which nothing is claimed. */
  idle: z.boolean(),
  base: z.number(),
  head: z.number(),
  /** null where not every capture has some. */
  change: boundedSchema.nullable(),
  /** What that adds to `threadTime` of base, as a fraction of it. */
  contribution: boundedSchema,
  class: waitClassSchema,
  /** The waiver that speaks of it, where it is proven longer and enforced. */
  waiver: appliedWaiverSchema.nullable(),
  /** How threads come here, the longest first: who called the function, innermost first. */
  paths: z
    .array(
      z.object({
        callers: z.array(text).max(20),
        base: z.number(),
        head: z.number(),
        change: boundedSchema.nullable(),
      }),
    )
    .max(5),
});
export type WaitResult = z.infer<typeof waitSchema>;

const waitQualitySchema = z.object({
  /** All blocked time per unit, waits for work and whatever has no stack included. */
  blocked: z.number(),
  /** Parts of it, 0..1: begun before the capture (and so without a stack), and without a stack otherwise. */
  older: z.number(),
  withoutStack: z.number(),
  /** Records of waits that were lost. */
  lost: z.number(),
  /** Waits, and how many of them had their stack taken. */
  blocks: z.number(),
  stacks: z.number(),
  /** Kernel time to watch the machine's context switches, over that of all its CPUs. */
  overhead: z.number(),
});
export type WaitQuality = z.infer<typeof waitQualitySchema>;

export const offCpuSchema = z.object({
  mode: z.enum(['report', 'enforce']),
  margin: z.number(),
  /** Waiting within the work. */
  total: sidesOfTime.extend({
    change: boundedSchema.nullable(),
    contribution: boundedSchema,
    class: waitClassSchema,
    waiver: appliedWaiverSchema.nullable(),
  }),
  /** Waiting for work. */
  idle: sidesOfTime,
  /** Ready to run, waiting for a CPU: the machine's fault, not the program's. */
  runnable: sidesOfTime.extend({ change: boundedSchema.nullable() }),
  /** What a unit of work takes of base's threads: CPU time and waiting within the work. */
  threadTime: z.number(),
  waits: z.array(waitSchema),
  quality: z.object({ base: waitQualitySchema, head: waitQualitySchema }),
});
export type OffCpu = z.infer<typeof offCpuSchema>;
