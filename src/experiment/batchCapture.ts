/** One capture of a program that runs to its end. */
import type { Side } from '../bundle/schema.js';
import { MeasureError } from '../errors.js';
import { programEnvironment } from '../workload/environment.js';
import { removePerfMaps } from '../workload/perfMaps.js';
import { describeExit, shellWords, startProcess } from '../workload/process.js';
import { unlessAborted, within } from '../workload/waiting.js';
import { watchConditions } from './conditions.js';
import { type CaptureContext, collectorCache, type MeasuredCapture, scratchOf, subject } from './context.js';

/**
 * Runs a side's program again and again, first unmeasured for the warm-up, then under the collector for the length of a
 * capture; always to its end, at least once. One run is one unit of work.
 * @throws MeasureError when a run fails; none of its processes is left
 */
export async function captureBatch(side: Side, context: CaptureContext): Promise<MeasuredCapture> {
  const { plan, collector, sides, placement, seconds, rateHz, signal } = context;
  const command = commandOf(side, context);
  await warmUp(side, command, context);
  const { event, maxDepth, backend, offCpu } = plan.capture;
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
    const finished = await unlessAborted(withinBudget(capture.finished, side, context), signal);
    watch.end();
    const { exitCode, signal: killedBy, runs } = finished.summary.target;
    if (exitCode !== 0) {
      const how = killedBy === null ? `exit code ${exitCode}` : `killed by signal ${killedBy}`;
      throw new MeasureError(failed('a run', how, command, side, context), finished.output);
    }
    const conditions = watch.conditions(finished.summary.cpuNanoseconds);
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
