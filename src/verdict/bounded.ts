/** A figure as the result carries it. */
import * as z from 'zod';

/** A figure with its one-sided confidence limits; null is unbounded: there was too little data to bound it. */
export const boundedSchema = z.object({
  estimate: z.number(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
});
export type Bounded = z.infer<typeof boundedSchema>;
