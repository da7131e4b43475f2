/** One capture of a program that runs to its end. */
import type { Side } from '../bundle/schema.js';
import { finishRuns, outputOfEachRun } from '../capture/sources/source.js';
import { MeasureError } from '../errors.js';
import { programEnvironment } from '../workload/environment.js';
import { removePerfMaps } from '../workload/perfMaps.js';
import { describeExit, shellWords, startProcess } from '../workload/process.js';
import { unlessAborted, within } from '../workload/waiting.js';
import { watchConditions } from './conditions.js';
import { type CaptureContext, collectorCache, type MeasuredCapture, scratchOf, subject } from './context.js';
import { sourceFolder } from './foreignProfiles.js';

/**
 * Runs a side's program again and again, first unmeasured for the warm-up, then under the collector for the length of a
 * capture; always to its end, at least once. One run is one unit of work.
 * @throws MeasureError when a run fails; none of its processes is left
 */
export async function captureBatch(side: Side, context: CaptureContext): Promise<MeasuredCapture> {
  const { plan, collector, sides, placement, seconds, rateHz, signal } = context;
  const folder = sourceFolder(side, context);
  const written = commandOf(side, context);
  const command = plan.source === null ? written : outputOfEachRun(written, folder);
  await warmUp(side, command, context);
  // What unmeasured runs wrote is not measured.
  if (plan.source !== null) outputOfEachRun(written, folder);
  const { maxDepth, backend, offCpu } = plan.capture;
  const event = plan.source === null ? plan.capture.event : 'none';
  const capture = await collector.start(
    {
      target: {
        kind: 'command',
        command: shellWords(command),
        cwd: sides[side].root,
        environment: programEnvironment({ ...plan.environment, ...plan.sides[side].environment }),
        cpus: placement.service,
        repeatSeconds: seconds,
      },
      out: scratchOf(side, context),
      seconds: null,
      event,
      rateHz,
      maxDepth,
      backend,
      offCpu,
      cache: collectorCache(context),
      cpus: placement.load,
    },
    signal,
  );
  const watch = watchConditions(placement.service, placement.load);
  try {
    const counted = await unlessAborted(withinBudget(capture.finished, side, context), signal);
    watch.end();
    const { exitCode, signal: killedBy, runs } = counted.summary.target;
    if (exitCode !== 0) {
      const how = killedBy === null ? `exit code ${exitCode}` : `killed by signal ${killedBy}`;
      throw new MeasureError(failed('a run', how, command, side, context), counted.output);
    }
    const conditions = watch.conditions(counted.summary.cpuNanoseconds);
    const what = subject('the profile', side, context);
    const finished = plan.source === null ? counted : await finishRuns(plan.source, counted, folder, what);
    return { units: runs, errors: 0, conditions, finished, launchSeconds: 0 };
  } finally {
    watch.end();
    await capture.dispose();
  }
}

async function warmUp(side: Side, command: string, context: CaptureContext): Promise<void> {
  const { plan, collector, sides, placement, signal } = context;
  const end = performance.now() + plan.warmupSeconds * 1000;
  while (performance.now() < end) {
    const began = Date.now();
    const running = await startProcess({
      words: shellWords(command, collector.launcher(placement.service)),
      cwd: sides[side].root,
      environment: programEnvironment({ ...plan.environment, ...plan.sides[side].environment }),
    });
    try {
      const exit = await unlessAborted(withinBudget(running.exited, side, context), signal);
      if (exit.code !== 0) {
        const message = failed('a warm-up run', describeExit(exit), command, side, context);
        throw new MeasureError(message, running.tail);
      }
    } finally {
      await running.stop();
      removePerfMaps([running.pid], began);
    }
  }
}

function failed(run: string, how: string, command: string, side: Side, context: CaptureContext): string {
  const what = subject(run, side, context);
  return `${what} failed (${how}): ${command}; a run has to end with exit code 0: try it in ${context.sides[side].root}`;
}

/** A program that never ends must not hold the gate for ever. */
function withinBudget<T>(work: Promise<T>, side: Side, context: CaptureContext): Promise<T> {
  const { budgetSeconds } = context.plan;
  const what = subject('a run', side, context);
  const overdue = new MeasureError(
    `${what} did not end within the budget of ${budgetSeconds} s; batch: is a program that ends by itself: give a run less to do, or raise gate.budget`,
  );
  return within(budgetSeconds, work, overdue);
}

function commandOf(side: Side, { plan }: CaptureContext): string {
  const { batch } = plan.sides[side];
  if (batch === null) throw new Error('a batch workload has a program');
  return batch;
}
