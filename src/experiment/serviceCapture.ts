/** Captures of services under load: of one side, or of both at once. */
import { type Side, sides } from '../bundle/schema.js';
import { programEnvironment } from '../workload/environment.js';
import { type Service, type ServiceOptions, startService } from '../workload/service.js';
import { type CaptureContext, type MeasuredCapture, subject } from './context.js';
import { captureWindow, disposeOf, prepareLoadOf } from './window.js';

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
  const warmUp = warmupSeconds > 0 ? prepareLoadOf([side], warmupSeconds, context) : null;
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
    await disposeOf(warmUp, (prepared) => prepared.stop());
  }
}

/** Stops it and waits until its port is free again. @throws MeasureError when that stays taken */
export async function endLaunch({ service }: Launch): Promise<void> {
  await service.stop();
  await service.released();
}

/**
 * Captures a side's service: in a launch of its own, or in one that is given and left running.
 * @throws MeasureError when service, load or collector fail; of what was started here no process is left
 */
export async function captureService(
  side: Side,
  given: Launch | null,
  context: CaptureContext,
): Promise<MeasuredCapture> {
  const load = prepareLoadOf([side], context.seconds, context);
  load.catch(() => {});
  const measure = async ({ service }: Launch): Promise<MeasuredCapture> => {
    const [measured] = await captureWindow([{ side, service }], await load, context);
    return measured as MeasuredCapture;
  };
  try {
    if (given !== null) return await measure(given);
    const launch = await launchService(side, context);
    let measured: MeasuredCapture;
    try {
      measured = await measure(launch);
    } finally {
      await launch.service.stop();
    }
    await launch.service.released();
    return { ...measured, launchSeconds: launch.seconds };
  } finally {
    await disposeOf(load, (prepared) => prepared.stop());
  }
}

/**
 * Captures both sides' services at once while they are loaded in turns.
 * @param launching both services, which are left running
 * @param turns     whose each turn is
 * @throws MeasureError when service, load or collector fail
 */
export async function captureInTurns(
  launching: Promise<Readonly<Record<Side, Launch>>>,
  turns: readonly Side[],
  context: CaptureContext,
): Promise<Record<Side, MeasuredCapture>> {
  const indexes = turns.map((side) => sides.indexOf(side));
  const load = prepareLoadOf(sides, context.seconds, context, indexes);
  load.catch(() => {});
  try {
    const launches = await launching;
    const subjects = sides.map((side) => ({ side, service: launches[side].service }));
    const [base, head] = await captureWindow(subjects, await load, context);
    return { base: base as MeasuredCapture, head: head as MeasuredCapture };
  } finally {
    await disposeOf(load, (prepared) => prepared.stop());
  }
}

function serviceOptions(side: Side, context: CaptureContext): ServiceOptions {
  const { plan, collector, placement, ports } = context;
  const { start, ready } = plan.sides[side];
  if (start === null || ready === null) throw new Error('a service workload has start and ready');
  return {
    what: subject('the service', side, context),
    command: start,
    cwd: context.sides[side].root,
    environment: programEnvironment({ ...plan.environment, ...plan.sides[side].environment }),
    ready,
    readyTimeoutSeconds: plan.readyTimeoutSeconds,
    port: ports[side],
    launcher: collector.launcher(placement.service),
  };
}
