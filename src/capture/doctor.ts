/** What this machine lets the collector do. */
import * as z from 'zod';
import type { Collector } from './collector.js';

const text = z.string().max(2000);

export const doctorSchema = z.object({
  schema: z.literal('profbound/doctor@1'),
  kernel: text,
  checks: z
    .array(
      z.object({
        name: text,
        status: z.enum(['ok', 'warning', 'missing']),
        detail: text,
        cure: text.nullable(),
      }),
    )
    .max(100),
  /** Backends that would work. */
  backends: z.array(z.enum(['bpf', 'perf'])).max(10),
});
export type DoctorReport = z.infer<typeof doctorSchema>;

export async function readDoctor(_collector: Collector): Promise<DoctorReport> {
  throw new Error('under construction');
}
