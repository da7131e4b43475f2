/** What a program runs on, and what was added to its start so that its stacks can be read from outside. */
import * as z from 'zod';
import { listOf } from './bounded.js';

export const runtimeNames = ['node', 'java', 'python', 'dotnet', 'go', 'native'] as const;
export type RuntimeName = (typeof runtimeNames)[number];

const text = z.string().max(2000);

const sideRuntimeSchema = z.object({
  /** null where neither the configuration says it nor the command gives it away, or where it was to be left alone. */
  name: z.enum(runtimeNames).nullable(),
  /** E.g. `NODE_OPTIONS: --perf-basic-prof`; as much as was missing. */
  added: listOf(text, 10),
});
export type SideRuntime = z.infer<typeof sideRuntimeSchema>;

/** Of both sides of a workload. */
export const runtimesSchema = z.object({ base: sideRuntimeSchema, head: sideRuntimeSchema });
export type Runtimes = z.infer<typeof runtimesSchema>;
