/** Measures one workload: a pilot, then pairs of captures until the verdict is clear, or pairs or budget are spent. */
import { rmSync } from 'node:fs';
import type { BundleWorkload, Side, Stop } from '../bundle/schema.js';
import type { BundleWriter } from '../bundle/writer.js';
import type { Collector } from '../capture/collector.js';
import type { WorkloadPlan } from '../config/plan.js';
import { InterruptedError } from '../errors.js';
import { parseCpuList } from '../workload/cpuList.js';
import { placeCpus } from '../workload/placement.js';
import { chooseFreePort } from '../workload/port.js';
import type { Progress } from '../workload/progress.js';
import type { CaptureContext, SideSource } from './context.js';
import type { Order } from './order.js';
import type { Pace } from './pace.js';
import { takePairs } from './pairs.js';
import { pilotLength } from './pilot.js';
import { preparePace } from './preparation.js';
import { automaticRate } from './rate.js';

export type { SideSource } from './context.js';

export interface ExperimentHooks {
  readonly progress: Progress;
  /** Aborted with an InterruptedError as reason. */
  readonly signal: AbortSignal;
  /** Asked at every look, and after a capture that did no work: may measuring stop, and what for? */
  decide(workload: BundleWorkload): 'open' | 'decided' | 'futile';
  /** Draws who goes first in a pair; a fair coin unless given. */
  readonly order?: Order;
}

/**
 * Takes pairs of captures and hands every one to the bundle as soon as it is finished. Both sides are built already.
 * How it ended is also recorded in the bundle, whatever it is.
 * @throws MeasureError when a capture fails, InterruptedError when it was aborted; finished captures stay in the bundle,
 *         no process stays
 */
export async function runExperiment(
  plan: WorkloadPlan,
  sides: Readonly<Record<Side, SideSource>>,
  collector: Collector,
  writer: BundleWriter,
  hooks: ExperimentHooks,
): Promise<Stop> {
  const scratch = `${writer.directory}.capture`;
  try {
    const context = await prepareContext(plan, sides, collector, scratch, hooks);
    const stop = await measure(context, writer, hooks);
    writer.finish(plan.name, stop);
    return stop;
  } catch (error) {
    // After an abort, whatever fails fails because of it.
    const cause: Error = hooks.signal.aborted ? hooks.signal.reason : error;
    const reason = cause instanceof InterruptedError ? 'interrupted' : 'error';
    writer.finish(plan.name, { reason, message: cause.message.slice(0, 2000) });
    throw cause;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** What the pilot needs. @param scratch folder for the collector's files */
export async function prepareContext(
  plan: WorkloadPlan,
  sides: Readonly<Record<Side, SideSource>>,
  collector: Collector,
  scratch: string,
  { progress, signal }: Pick<ExperimentHooks, 'progress' | 'signal'>,
): Promise<CaptureContext> {
  const placement = placeCpus(plan.capture.serviceCpus, plan.capture.loadCpus);
  for (const warning of placement.warnings) progress.warn(`${plan.name}: ${warning}`);
  const port = plan.port ?? (await chooseFreePort());
  const seconds = pilotLength(plan.capture.seconds);
  // How many CPUs are busy is not known yet: all of them may be.
  const rateHz = plan.capture.rateHz ?? automaticRate(seconds, parseCpuList(placement.service).length);
  return {
    plan,
    sides,
    collector,
    placement,
    ports: { base: port, head: port },
    seconds,
    rateHz,
    turnSeconds: null,
    layouts: null,
    scratch,
    signal,
  };
}

async function measure(context: CaptureContext, writer: BundleWriter, hooks: ExperimentHooks): Promise<Stop> {
  const began = performance.now();
  const prepared = await preparePace(context, began, hooks.progress);
  if ('stop' in prepared) {
    if (prepared.pace) writePace(context.plan, prepared.pace, writer);
    return prepared.stop;
  }
  try {
    writePace(context.plan, prepared.pace, writer);
    return await takePairs(prepared, began, writer, hooks);
  } finally {
    await prepared.launcher.dispose();
  }
}

function writePace(
  { name, budgetSeconds }: WorkloadPlan,
  { seconds, turnSeconds, looks, pairSeconds }: Pace,
  writer: BundleWriter,
): void {
  writer.plan(name, {
    looks: [...looks],
    captureSeconds: seconds,
    ...(turnSeconds === null ? {} : { turnSeconds }),
    pacing: { budgetSeconds, pairSeconds },
  });
}
