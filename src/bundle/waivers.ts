/** Slowdowns that somebody decided to accept for a while, as the file in base says. */
import * as z from 'zod';

export const mostWaivers = 1000;

export const waiverSchema = z.object({
  /** Where it stands: `base:.profbound-waivers.yml:3:5`; tells it from all others. */
  at: z.string().max(2000),
  /** What is accepted to grow: CPU time, or time spent waiting. */
  time: z.enum(['cpu', 'waiting']),
  /** null: the total. */
  function: z.object({ name: z.string().max(3000), file: z.string().max(3000).nullable() }).nullable(),
  /** Growth that is accepted, as a fraction; see docs/waivers.md. */
  max: z.number().min(0).max(10),
  reason: z.string().max(1000),
  /** Last day it holds. */
  expires: z.iso.date(),
});
export type Waiver = z.infer<typeof waiverSchema>;
