/** What is said between the experiment and the process that offers the built-in HTTP load, a line of JSON each. */
import * as z from 'zod';

/** The first line on stdin. The load begins with the second, whatever it is. */
export const httpLoadRequestSchema = z.object({
  /** One service's, or two's that are loaded in turns. */
  urls: z.array(z.string()).min(1).max(2),
  method: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string().nullable(),
  connections: z.number().int().positive(),
  /** Requests a second to offer; null: as fast as the answers come. */
  rate: z.number().positive().nullable(),
  /** Which of the URLs each turn is for, and how long one is. */
  turns: z.array(z.number().int().min(0).max(1)).min(1),
  turnSeconds: z.number().positive(),
});
export type HttpLoadRequest = z.infer<typeof httpLoadRequestSchema>;

/** Printed once the program is loaded and its request understood. */
export const httpLoadReady = '{"event":"ready"}';

const httpTargetReportSchema = z.object({
  requests2xx: z.number().int().nonnegative(),
  non2xx: z.number().int().nonnegative(),
  /** Requests without an answer, timeouts included. */
  errors: z.number().int().nonnegative(),
  timeouts: z.number().int().nonnegative(),
  /** How long it was offered. */
  seconds: z.number().nonnegative(),
});
export type HttpTargetReport = z.infer<typeof httpTargetReportSchema>;

/** The last line on stdout: a report for each URL. */
export const httpLoadReportSchema = z.object({
  event: z.literal('done'),
  targets: z.array(httpTargetReportSchema).min(1),
});
export type HttpLoadReport = z.infer<typeof httpLoadReportSchema>;
