/** `source:` of a workload, whichever of its formats is written. */
import type { SourcePlan } from './plan.js';
import type { WorkloadConfig } from './schema.js';

export function sourceOf(written: NonNullable<WorkloadConfig['source']>): SourcePlan {
  const command = written.command ?? null;
  const plan = { command, intervalNanoseconds: null };
  if ('pprof' in written) return { ...plan, format: 'pprof', from: written.pprof };
  if ('perf_script' in written) return { ...plan, format: 'perf_script', from: written.perf_script };
  if ('perf_data' in written) return { ...plan, format: 'perf_data', from: written.perf_data };
  const intervalNanoseconds = written.interval * 1e9;
  return { command, format: 'collapsed', from: written.collapsed, intervalNanoseconds };
}
