/** What a waiver did in a verdict. */
import * as z from 'zod';
import { waiverSchema } from '../bundle/waivers.js';

export const appliedWaiverSchema = waiverSchema
  .pick({ at: true, max: true, reason: true, expires: true })
  /** `open`: a total that is judged by its ceiling, and of which nothing is proven. */
  .extend({ status: z.enum(['waived', 'exceeded', 'expired', 'open']) });
export type AppliedWaiver = z.infer<typeof appliedWaiverSchema>;
