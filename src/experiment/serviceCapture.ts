/** One capture of a service under load. */
import type { Side } from '../bundle/schema.js';
import type { RunningCapture } from '../capture/collector.js';
import { MeasureError } from '../errors.js';
import { programEnvironment } from '../workload/environment.js';
import { type LoadOptions, type PreparedLoad, prepareLoad } from '../workload/load.js';
import { type Service, type ServiceOptions, startService } from '../workload/service.js';
import { unlessAborted } from '../workload/waiting.js';
import { type CaptureContext, type MeasuredCapture, subject } from './context.js';
import { countErrors, counterReading, countUnits } from './counting.js';

/**
 * Starts a side's service, warms it up, captures it for exactly the time the load runs, and stops it.
 * @throws MeasureError when service, load or collector fail; none of their processes is left
 */
export async function captureService(side: Side, context: CaptureContext): Promise<MeasuredCapture> {
  const { warmupSeconds, capture } = context.plan;
  // The loads' programs start on their CPUs while the service does on its own, and then wait to be told to begin.
  const loads = {
    warmUp: warmupSeconds > 0 ? prepare(side, warmupSeconds, context) : null,
    measured: prepare(side, capture.seconds, context),
  };
  // They may fail before anybody waits for them.
  for (const load of [loads.warmUp, loads.measured]) load?.catch(() => {});
  try {
    return await startAndMeasure(side, loads, context);
  } finally {
    for (const load of [loads.warmUp, loads.measured]) await dispose(load, (prepared) => prepared.stop());
  }
}

interface Loads {
  readonly warmUp: Promise<PreparedLoad> | null;
  readonly measured: Promise<PreparedLoad>;
}

async function startAndMeasure(side: Side, loads: Loads, context: CaptureContext): Promise<MeasuredCapture> {
  const service = await startService(serviceOptions(side, context), context.signal);
  let measured: MeasuredCapture;
  try {
    const warmUp = await loads.warmUp;
    if (warmUp !== null) await service.during('the warm-up', warmUp.run());
    measured = await measure(side, service, await loads.measured, context);
  } finally {
    await service.stop();
  }
  await service.released();
  return measured;
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
  const before = await counterReading(side, context);
  await whileCapturing(load.run(), capture, side, context);
  const after = await counterReading(side, context);
  const finished = await unlessAborted(capture.stop(), context.signal);
  const outcome = await load.outcome();
  return {
    units: countUnits(side, outcome, { before, after }, context),
    errors: countErrors(side, outcome, context),
    finished,
  };
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
  const { plan, collector, placement, port, sides, signal } = context;
  if (plan.load.kind === 'batch') throw new Error('a batch workload has no load');
  const options: LoadOptions = {
    what: subject('the load', side, context),
    seconds,
    port,
    // The load comes from head for both sides.
    cwd: sides.head.root,
    environment: programEnvironment(plan.environment),
    launcher: collector.launcher(placement.load),
  };
  return prepareLoad(plan.load, options, signal);
}

function serviceOptions(side: Side, context: CaptureContext): ServiceOptions {
  const { plan, collector, placement, port, sides } = context;
  const { start, ready } = plan.sides[side];
  if (start === null || ready === null) throw new Error('a service workload has start and ready');
  return {
    what: subject('the service', side, context),
    command: start,
    cwd: sides[side].root,
    environment: programEnvironment(plan.environment),
    ready,
    readyTimeoutSeconds: plan.readyTimeoutSeconds,
    port,
    launcher: collector.launcher(placement.service),
  };
}
