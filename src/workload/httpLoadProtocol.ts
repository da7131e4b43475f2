/** What is said between the experiment and the process that offers the built-in HTTP load, a line of JSON each. */
import * as z from 'zod';

/** The first line on stdin. The load begins with the second, whatever it is. */
export const httpLoadRequestSchema = z.object({
  url: z.string(),
  method: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string().nullable(),
  connections: z.number().int().positive(),
  /** Requests a second to offer; null: as fast as the answers come. */
  rate: z.number().positive().nullable(),
  seconds: z.number().positive(),
});
export type HttpLoadRequest = z.infer<typeof httpLoadRequestSchema>;

/** Printed once the program is loaded and its request understood. */
export const httpLoadReady = '{"event":"ready"}';

/** The last line on stdout. */
export const httpLoadReportSchema = z.object({
  event: z.literal('done'),
  requests2xx: z.number().int().nonnegative(),
  non2xx: z.number().int().nonnegative(),
  /** Requests without an answer, timeouts included. */
  errors: z.number().int().nonnegative(),
  timeouts: z.number().int().nonnegative(),
  /** How long it was offered. */
  seconds: z.number().nonnegative(),
});
export type HttpLoadReport = z.infer<typeof httpLoadReportSchema>;
