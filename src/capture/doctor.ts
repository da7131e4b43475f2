/** What this machine lets the collector do. */
import * as z from 'zod';
import { MeasureError } from '../errors.js';
import { programEnvironment } from '../workload/environment.js';
import { describeExit, startProcess } from '../workload/process.js';
import type { Collector } from './collector.js';

const text = z.string().max(2000);

export const doctorSchema = z.object({
  schema: z.literal('profbound/doctor@1'),
  kernel: text,
  checks: z
    .array(
      z.object({
        /** The question it belongs to: whether it works, sees everything, measures quietly. */
        group: z.enum(['capture', 'sight', 'quiet']),
        name: text,
        status: z.enum(['ok', 'warning', 'missing']),
        detail: text,
        /** What would mend it: a line to run, where there is one. */
        cure: text.nullable(),
      }),
    )
    .max(100),
  /** Backends that would work. */
  backends: z.array(z.enum(['bpf', 'perf'])).max(10),
});
export type DoctorReport = z.infer<typeof doctorSchema>;

/** Asks the collector. @throws MeasureError when it does not answer as it should */
export async function readDoctor(collector: Collector): Promise<DoctorReport> {
  const running = await startProcess({
    words: [collector.binary, 'doctor', '--json'],
    cwd: process.cwd(),
    environment: programEnvironment(),
  });
  const exit = await running.exited;
  await running.stop();
  try {
    // Its exit code says whether anything is missing; that is in the report, too.
    return doctorSchema.parse(JSON.parse(running.stdout));
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new MeasureError(
      `${collector.binary} doctor did not report (${describeExit(exit)})`,
      `${message}\n${running.tail}`,
    );
  }
}
