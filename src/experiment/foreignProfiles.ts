/** Another profiler's profiles of a capture, where the plan names one. */
import { join } from 'node:path';
import type { Side } from '../bundle/schema.js';
import type { FinishedCapture } from '../capture/collector.js';
import { type RunningSource, type SourceOptions, startSource } from '../capture/sources/source.js';
import { programEnvironment } from '../workload/environment.js';
import { type CaptureContext, scratchOf, subject } from './context.js';

/** A side whose profile is taken. */
export interface Profiled {
  readonly side: Side;
  /** The process that is profiled. */
  readonly pid: number;
}

/** Where what a side's profiler writes goes. */
export function sourceFolder(side: Side, context: CaptureContext): string {
  return join(scratchOf(side, context), 'source');
}

/**
 * Begins to take a profile of each.
 * @param seconds how long the load runs
 * @returns empty where the collector takes the samples
 */
export function beginSources(
  profiled: readonly Profiled[],
  seconds: number,
  context: CaptureContext,
): RunningSource[] {
  const { plan, collector, placement, ports, sides, signal } = context;
  const { source } = plan;
  if (source === null) return [];
  return profiled.map(({ side, pid }) => {
    const options: SourceOptions = {
      what: subject('the profile', side, context),
      seconds,
      port: ports[side],
      pid,
      cwd: sides[side].root,
      environment: programEnvironment(plan.environment),
      launcher: collector.launcher(placement.load),
      folder: sourceFolder(side, context),
    };
    return startSource(source, options, signal);
  });
}

/** The captures with these profiles, in the same order. @throws MeasureError when one cannot be had */
export async function finishSources(
  sources: readonly RunningSource[],
  counted: readonly FinishedCapture[],
): Promise<FinishedCapture[]> {
  const finished: FinishedCapture[] = [];
  // One after the other: reading takes memory.
  for (const [index, capture] of counted.entries()) {
    const source = sources[index];
    finished.push(source === undefined ? capture : await source.finish(capture));
  }
  return finished;
}
