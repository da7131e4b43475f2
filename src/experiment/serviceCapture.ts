/** One capture of a service under load. */
import type { Side } from '../bundle/schema.js';
import type { RunningCapture } from '../capture/collector.js';
import { MeasureError } from '../errors.js';
import { programEnvironment } from '../workload/environment.js';
import { type LoadOptions, type PreparedLoad, prepareLoad } from '../workload/load.js';
import { type Service, type ServiceOptions, startService } from '../workload/service.js';
import { unlessAborted } from '../workload/waiting.js';
import { watchConditions } from './conditions.js';
import { type CaptureContext, type MeasuredCapture, subject } from './context.js';
import { countErrors, counterReading, countUnits } from './counting.js';

/** A side's service that has been started and warmed up. */
export interface Launch {
  readonly service: Service;
  /** What starting and warming up took. */
  readonly seconds: number;
}

/**
 * Starts a side's service and warms it up.
 * @throws MeasureError when service or load fail; none of their processes is left
 */
export async function launchService(side: Side, context: CaptureContext): Promise<Launch> {
  const began = performance.now();
  const { warmupSeconds } = context.plan;
  // The load's program starts on its CPUs while the service does on its own, and then waits to be told to begin.
  const warmUp = warmupSeconds > 0 ? prepare(side, warmupSeconds, context) : null;
  // It may fail before anybody waits for it.
  warmUp?.catch(() => {});
  try {
    const service = await startService(serviceOptions(side, context), context.signal);
    try {
      const load = await warmUp;
      if (load !== null) await service.during('the warm-up', load.run());
    } catch (error) {
      await service.stop();
      throw error;
    }
    return { service, seconds: (performance.now() - began) / 1000 };
  } finally {
    await dispose(warmUp, (prepared) => prepared.stop());
  }
}

/** Stops it and waits until its port is free again. @throws MeasureError when that stays taken */
export async function endLaunch({ service }: Launch): Promise<void> {
  await service.stop();
  await service.released();
}

/**
 * Captures a side's service for exactly the time the load runs: in a launch of its own, or in one that is given and
 * left running.
 * @throws MeasureError when service, load or collector fail; of what was started here no process is left
 */
export async function captureService(
  side: Side,
  given: Launch | null,
  context: CaptureContext,
): Promise<MeasuredCapture> {
  const load = prepare(side, context.seconds, context);
  load.catch(() => {});
  try {
    if (given !== null) return await measure(side, given.service, await load, context);
    const launch = await launchService(side, context);
    let measured: MeasuredCapture;
    try {
      measured = await measure(side, launch.service, await load, context);
    } finally {
      await launch.service.stop();
    }
    await launch.service.released();
    return { ...measured, launchSeconds: launch.seconds };
  } finally {
    await dispose(load, (prepared) => prepared.stop());
  }
}

async function measure(
  side: Side,
  service: Service,
  load: PreparedLoad,
  context: CaptureContext,
): Promise<MeasuredCapture> {
  const starting = startCollector(service, context);
  try {
    const capture = await service.during('the capture', starting);
    return await service.during('the capture', runWindow(side, load, capture, context));
  } finally {
    await dispose(starting, (capture) => capture.dispose());
  }
}

/** Ends what was started, also when it was still starting; if that failed there is nothing to end. */
async function dispose<T>(starting: Promise<T> | null, end: (started: T) => Promise<void>): Promise<void> {
  const started = await starting?.catch(() => null);
  if (started) await end(started);
}

/** The window itself: CPU time and units are taken over the load's run, no more and no less. */
async function runWindow(
  side: Side,
  load: PreparedLoad,
  capture: RunningCapture,
  context: CaptureContext,
): Promise<MeasuredCapture> {
  const watch = watchConditions(context.placement.service, context.placement.load);
  try {
    const before = await counterReading(side, context);
    await whileCapturing(load.run(), capture, side, context);
    const after = await counterReading(side, context);
    watch.end();
    const finished = await unlessAborted(capture.stop(), context.signal);
    const outcome = await load.outcome();
    return {
      units: countUnits(side, outcome, { before, after }, context),
      errors: countErrors(side, outcome, context),
      conditions: watch.conditions(finished.summary.cpuNanoseconds),
      finished,
      launchSeconds: 0,
    };
  } finally {
    watch.end();
  }
}

/** @throws MeasureError when the collector ends before the load does */
async function whileCapturing(
  work: Promise<void>,
  capture: RunningCapture,
  side: Side,
  context: CaptureContext,
): Promise<void> {
  const ended = capture.finished.then(() => {
    throw new MeasureError(`${subject('the capture', side, context)} ended before the load did`);
  });
  ended.catch(() => {});
  try {
    await Promise.race([work, ended]);
  } finally {
    work.catch(() => {});
  }
}

async function startCollector(service: Service, context: CaptureContext): Promise<RunningCapture> {
  const { plan, collector, placement, rateHz, scratch, signal } = context;
  const { event, maxDepth, backend, offCpu } = plan.capture;
  const target = { kind: 'pids', pids: service.roots() } as const;
  const request = { target, out: scratch, seconds: null, event, rateHz, maxDepth, backend, offCpu };
  return collector.start({ ...request, cpus: placement.load }, signal);
}

function prepare(side: Side, seconds: number, context: CaptureContext): Promise<PreparedLoad> {
  const { plan, collector, placement, ports, sides, signal } = context;
  if (plan.load.kind === 'batch') throw new Error('a batch workload has no load');
  const options: LoadOptions = {
    what: subject('the load', side, context),
    seconds,
    port: ports[side],
    // The load comes from head for both sides.
    cwd: sides.head.root,
    environment: programEnvironment(plan.environment),
    launcher: collector.launcher(placement.load),
  };
  return prepareLoad(plan.load, options, signal);
}

function serviceOptions(side: Side, context: CaptureContext): ServiceOptions {
  const { plan, collector, placement, ports, sides } = context;
  const { start, ready } = plan.sides[side];
  if (start === null || ready === null) throw new Error('a service workload has start and ready');
  return {
    what: subject('the service', side, context),
    command: start,
    cwd: sides[side].root,
    environment: programEnvironment(plan.environment),
    ready,
    readyTimeoutSeconds: plan.readyTimeoutSeconds,
    port: ports[side],
    launcher: collector.launcher(placement.service),
  };
}
