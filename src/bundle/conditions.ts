/** What the machine did besides: under which settings a capture began, and what disturbed it while it lasted. */
import * as z from 'zod';
import { positive } from './bounded.js';

const count = z.number().int().nonnegative();
const setting = z.string().max(2000);

/** How the machine is set up; whatever changes here in a run changes what CPU time means. Not readable: null. */
export const settingsSchema = z.object({
  kernel: setting,
  /** Of the service's CPUs; several are separated by commas. */
  governor: setting.nullable(),
  turbo: z.boolean().nullable(),
  smt: z.boolean().nullable(),
  /** A CPU list like `0-7`. */
  onlineCpus: setting.nullable(),
});
export type Settings = z.infer<typeof settingsSchema>;

/** One capture's surroundings. Times are summed over the service's CPUs; what could not be read is null. */
export const conditionsSchema = z.object({
  /** At the beginning of the capture. */
  settings: settingsSchema,
  /** Wall time these figures were taken over, and the CPUs of the service. */
  windowNanoseconds: count,
  serviceCpus: count,
  /** Taken by the hypervisor for other guests while a CPU was wanted. */
  stealNanoseconds: count.nullable(),
  /** Spent by all but the target; null where the load runs on the same CPUs: it cannot be told from the rest then. */
  otherNanoseconds: count.nullable(),
  /** Mean over CPUs and time. */
  frequencyKilohertz: positive.nullable(),
  /** How often the CPUs slowed down because of heat. */
  throttles: count.nullable(),
  /** Wall time in which some task of the machine waited for memory (PSI), and pages swapped in and out. */
  memoryStallNanoseconds: count.nullable(),
  swappedPages: count.nullable(),
});
export type Conditions = z.infer<typeof conditionsSchema>;
