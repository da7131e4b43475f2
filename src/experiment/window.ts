/** The window of a capture: one service under load, or both sides' that are loaded in turns. */
import type { Side } from '../bundle/schema.js';
import type { RunningCapture } from '../capture/collector.js';
import type { RunningSource } from '../capture/sources/source.js';
import { MeasureError } from '../errors.js';
import { programEnvironment } from '../workload/environment.js';
import { type LoadOptions, type LoadOutcome, type PreparedLoad, prepareLoad } from '../workload/load.js';
import type { Service } from '../workload/service.js';
import { unlessAborted } from '../workload/waiting.js';
import { watchConditions } from './conditions.js';
import { type CaptureContext, collectorCache, type MeasuredCapture, scratchOf, subject } from './context.js';
import { type CounterReadings, countErrors, counterReading, countUnits } from './counting.js';
import { beginSources, finishSources, type Profiled } from './foreignProfiles.js';

/** A side's service that runs already. */
export interface Subject {
  readonly side: Side;
  readonly service: Service;
}

/**
 * Captures what services do for exactly the time the load runs.
 * @param subjects one, or both sides'; in the order of the load's ports
 * @returns what was measured of each, in the same order; starting them took no time
 * @throws MeasureError when service, load or collector fail; no collector is left
 */
export async function captureWindow(
  subjects: readonly Subject[],
  load: PreparedLoad,
  context: CaptureContext,
): Promise<MeasuredCapture[]> {
  const starting = subjects.map(({ side, service }) => startCollector(side, service, context));
  try {
    const captures = await whileAlive(subjects, Promise.all(starting));
    return await whileAlive(subjects, runWindow(subjects, load, captures, context));
  } finally {
    for (const capture of starting) await disposeOf(capture, (started) => started.dispose());
  }
}

/** Prepares the load of some sides. @param turns indexes into `of`; one turn unless given */
export function prepareLoadOf(
  of: readonly Side[],
  seconds: number,
  context: CaptureContext,
  turns?: readonly number[],
): Promise<PreparedLoad> {
  const { plan, collector, placement, ports, sides, signal } = context;
  if (plan.load.kind === 'batch') throw new Error('a batch workload has no load');
  const options: LoadOptions = {
    what: of.length === 1 ? subject('the load', of[0] as Side, context) : `the load of ${plan.name}`,
    seconds,
    ports: of.map((side) => ports[side]),
    ...(turns === undefined ? {} : { turns }),
    // The load comes from head for both sides.
    cwd: sides.head.root,
    environment: programEnvironment(plan.environment),
    launcher: collector.launcher(placement.load),
  };
  return prepareLoad(plan.load, options, signal);
}

/** Ends what was started, also when it was still starting; if that failed there is nothing to end. */
export async function disposeOf<T>(
  starting: Promise<T> | null,
  end: (started: T) => Promise<void>,
): Promise<void> {
  const started = await starting?.catch(() => null);
  if (started) await end(started);
}

/** What `work` resolves to. @throws MeasureError when one of the services ends before */
function whileAlive<T>(subjects: readonly Subject[], work: Promise<T>): Promise<T> {
  return subjects.reduce((guarded, { service }) => service.during('the capture', guarded), work);
}

/** CPU time and units are taken over the load's run, no more and no less. */
async function runWindow(
  subjects: readonly Subject[],
  load: PreparedLoad,
  captures: readonly RunningCapture[],
  context: CaptureContext,
): Promise<MeasuredCapture[]> {
  const { plan, placement, seconds, signal } = context;
  const watch = watchConditions(placement.service, placement.load);
  const readCounters = (): Promise<(number | null)[]> =>
    Promise.all(subjects.map(({ side }) => counterReading(side, context)));
  const profiled = plan.source === null ? [] : subjects.map(profiledOf);
  let sources: readonly RunningSource[] = [];
  try {
    const before = await readCounters();
    const work = load.run();
    sources = beginSources(profiled, seconds * subjects.length, context);
    await whileCapturing(work, subjects, captures, context);
    const after = await readCounters();
    watch.end();
    const stopped = await unlessAborted(Promise.all(captures.map((capture) => capture.stop())), signal);
    const finished = await finishSources(sources, stopped);
    const outcomes = await load.outcomes();
    const cpuNanoseconds = finished.reduce((sum, { summary }) => sum + summary.cpuNanoseconds, 0);
    return subjects.map(({ side }, index) => {
      const [outcome, capture] = [outcomes[index], finished[index]];
      if (outcome === undefined || capture === undefined) throw new Error('every side has an outcome');
      const readings = { before: before[index] ?? null, after: after[index] ?? null };
      return {
        ...counted(side, outcome, readings, context),
        conditions: watch.conditions(cpuNanoseconds, subjects.length),
        finished: capture,
        launchSeconds: 0,
      };
    });
  } finally {
    watch.end();
    for (const source of sources) await source.stop();
  }
}

function profiledOf({ side, service }: Subject): Profiled {
  return { side, pid: service.mainProcess };
}

function counted(
  side: Side,
  outcome: LoadOutcome,
  readings: CounterReadings,
  context: CaptureContext,
): { readonly units: number; readonly errors: number } {
  return {
    units: countUnits(side, outcome, readings, context),
    errors: countErrors(side, outcome, context),
  };
}

/** @throws MeasureError when a collector ends before the load does */
async function whileCapturing(
  work: Promise<void>,
  subjects: readonly Subject[],
  captures: readonly RunningCapture[],
  context: CaptureContext,
): Promise<void> {
  const ended = captures.map(async ({ finished }, index) => {
    await finished;
    const { side } = subjects[index] as Subject;
    throw new MeasureError(`${subject('the capture', side, context)} ended before the load did`);
  });
  for (const end of ended) end.catch(() => {});
  try {
    await Promise.race([work, ...ended]);
  } finally {
    work.catch(() => {});
  }
}

async function startCollector(
  side: Side,
  service: Service,
  context: CaptureContext,
): Promise<RunningCapture> {
  const { plan, collector, placement, rateHz, signal } = context;
  const { maxDepth, backend, offCpu } = plan.capture;
  const event = plan.source === null ? plan.capture.event : ('none' as const);
  const target = { kind: 'pids', pids: service.roots() } as const;
  const out = scratchOf(side, context);
  const cache = collectorCache(context);
  const request = { target, out, seconds: null, event, rateHz, maxDepth, backend, offCpu, cache };
  return collector.start({ ...request, cpus: placement.load }, signal);
}
