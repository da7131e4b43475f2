/** One capture of anything that runs, without a comparison. */

import { readProfile } from '../bundle/reader.js';
import type { CaptureSummary, SampledEvent } from '../bundle/summary.js';
import { type CaptureTarget, type Collector, openCollector } from '../capture/collector.js';
import { MeasureError } from '../errors.js';
import { type FunctionTable, functionTable } from '../profile/functions.js';
import { panelOf } from '../verdict/captures/panel.js';
import type { SideQuality } from '../verdict/result.js';
import { sideQuality } from '../verdict/trust/quality.js';
import { programEnvironment } from '../workload/environment.js';
import type { Log } from './log.js';
import { makeFolder } from './output.js';

export interface CaptureOptions {
  /** Folder the tool was started in; absolute. Files below it are named relative to it. */
  readonly cwd: string;
  readonly target:
    | { readonly pids: readonly number[] }
    | { readonly cgroup: string }
    | { readonly command: readonly string[] };
  /** null: until the target ends or the signal comes. */
  readonly seconds: number | null;
  readonly out: string;
  readonly event: SampledEvent;
  /** null: chosen by the collector. */
  readonly rateHz: number | null;
  readonly fixedPeriod: boolean;
  readonly backend: 'auto' | 'bpf' | 'perf';
  readonly log: Log;
  /** Ends the capture; what was captured until then is written. */
  readonly signal: AbortSignal;
}

export interface CaptureOutcome {
  readonly summary: CaptureSummary;
  readonly table: FunctionTable;
  /** What the capture is worth, as of a side that has no other capture. */
  readonly quality: SideQuality;
  readonly profileFile: string;
  /** What a command printed last. */
  readonly output: string;
}

/** @throws MeasureError when the machine or the target does not allow it */
export async function runCapture(options: CaptureOptions): Promise<CaptureOutcome> {
  makeFolder(options.out);
  const collector = await openCollector();
  try {
    return await capture(collector, options);
  } catch (error) {
    const why = /cannot run the command: (.*)/.exec((error as Error).message)?.[1];
    if (why === undefined || !('command' in options.target)) throw error;
    throw new MeasureError(`cannot run ${options.target.command[0]}: ${why}`);
  }
}

async function capture(collector: Collector, options: CaptureOptions): Promise<CaptureOutcome> {
  const running = await collector.start(
    {
      target: targetOf(options),
      out: options.out,
      seconds: options.seconds,
      event: options.event,
      rateHz: options.rateHz ?? 'auto',
      fixedPeriod: options.fixedPeriod,
      maxDepth: 127,
      backend: options.backend,
    },
    // The user's signal ends the window instead of throwing the capture away.
    new AbortController().signal,
  );
  options.log.line(`capturing with the ${running.backend} backend${lengthOf(options.seconds)}`);
  const stop = (): void => void running.stop().catch(() => undefined);
  options.signal.addEventListener('abort', stop);
  try {
    if (options.signal.aborted) stop();
    const { summary, profileFile, output } = await running.finished;
    const table = functionTable(readProfile(options.out, 'cpu.pb.gz'), options.cwd);
    for (const warning of warningsOf(summary)) options.log.warn(warning);
    const quality = sideQuality([summary], panelOf([{ base: table, head: table }]), 1, 'head');
    return { summary, table, quality, profileFile, output };
  } finally {
    options.signal.removeEventListener('abort', stop);
    await running.dispose();
  }
}

/** What makes a capture worth less than it looks. */
function warningsOf({ target, samples }: CaptureSummary): string[] {
  const warnings: string[] = [];
  if (target.exited && target.signal !== null)
    warnings.push(`the command was killed by signal ${target.signal}`);
  else if (target.exited && target.exitCode !== null && target.exitCode !== 0)
    warnings.push(`the command ended with exit code ${target.exitCode}`);
  if (samples === 0) warnings.push('no samples: the target took next to no CPU time while it was captured');
  return warnings;
}

function targetOf({ target, cwd }: CaptureOptions): CaptureTarget {
  if ('pids' in target) return { kind: 'pids', pids: target.pids };
  if ('cgroup' in target) return { kind: 'cgroup', path: target.cgroup };
  return {
    kind: 'command',
    command: target.command,
    cwd,
    environment: programEnvironment(),
    cpus: null,
    repeatSeconds: null,
  };
}

function lengthOf(seconds: number | null): string {
  return seconds === null ? ' until the target ends or Ctrl-C' : ` for ${seconds} s`;
}
