/** Measures one workload: pairs of captures until the verdict is clear, or pairs or budget are spent. */
import { rmSync } from 'node:fs';
import type { BundleWorkload, Side, Stop } from '../bundle/schema.js';
import type { BundleWriter } from '../bundle/writer.js';
import type { Collector } from '../capture/collector.js';
import type { WorkloadPlan } from '../config/plan.js';
import { InterruptedError } from '../errors.js';
import { placeCpus } from '../workload/placement.js';
import { chooseFreePort } from '../workload/port.js';
import type { Progress } from '../workload/progress.js';
import { takeCapture } from './capture.js';
import type { CaptureContext, SideSource } from './context.js';
import { inLayouts, layoutDraw } from './layouts.js';
import { type Order, randomOrder } from './order.js';
import { progressLine } from './progress.js';
import { automaticRate } from './rate.js';

export type { SideSource } from './context.js';

export interface ExperimentHooks {
  readonly progress: Progress;
  /** Aborted with an InterruptedError as reason. */
  readonly signal: AbortSignal;
  /** Asked at every look: is the verdict clear, so that measuring may stop? */
  decide(workload: BundleWorkload): boolean;
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
    const stop = await takePairs(context, writer, hooks);
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

async function prepareContext(
  plan: WorkloadPlan,
  sides: Readonly<Record<Side, SideSource>>,
  collector: Collector,
  scratch: string,
  { progress, signal }: ExperimentHooks,
): Promise<CaptureContext> {
  const placement = placeCpus(plan.capture.serviceCpus, plan.capture.loadCpus);
  for (const warning of placement.warnings) progress.warn(`${plan.name}: ${warning}`);
  return {
    plan,
    sides,
    collector,
    placement,
    port: plan.port ?? (await chooseFreePort()),
    rateHz: plan.capture.rateHz ?? automaticRate(plan.capture.seconds),
    layouts: null,
    scratch,
    signal,
  };
}

async function takePairs(
  context: CaptureContext,
  writer: BundleWriter,
  hooks: ExperimentHooks,
): Promise<Stop> {
  const { plan } = context;
  const { looks } = plan.policy;
  const mostPairs = looks.at(-1) as number;
  // One for the whole run: every second pair goes the other way than the one before.
  const order = hooks.order ?? randomOrder();
  const drawLayouts = layoutDraw(plan.layouts);
  const began = performance.now();
  let pairSeconds: number | null = null;
  for (let pair = 1; ; pair++) {
    const spent = secondsSince(began);
    if (spent + (pairSeconds ?? 0) > plan.budgetSeconds) {
      return {
        reason: 'budget_exhausted',
        message: `${pair - 1} of ${mostPairs} pairs fitted into the budget of ${plan.budgetSeconds} s`,
      };
    }
    const secondsLeft =
      pairSeconds === null
        ? null
        : Math.min(plan.budgetSeconds - spent, (mostPairs - pair + 1) * pairSeconds);
    const pairBegan = performance.now();
    await takePair(pair, order(), secondsLeft, inLayouts(context, drawLayouts()), writer, hooks);
    pairSeconds = secondsSince(pairBegan);
    if (!looks.includes(pair)) continue;
    if (hooks.decide(writer.workload(plan.name))) {
      return { reason: 'decided', message: `decided after ${pair} of at most ${mostPairs} pairs` };
    }
    if (pair === mostPairs) {
      return { reason: 'looks_exhausted', message: `not decided after all ${mostPairs} pairs` };
    }
  }
}

/** @param secondsLeft what measuring will take at most from the pair's beginning; null when unknown */
async function takePair(
  pair: number,
  order: readonly [Side, Side],
  secondsLeft: number | null,
  context: CaptureContext,
  writer: BundleWriter,
  { progress }: ExperimentHooks,
): Promise<void> {
  const { plan } = context;
  const began = performance.now();
  for (const [position, side] of order.entries()) {
    const { capture, profileFile, offCpuFile } = await takeCapture(side, pair, position as 0 | 1, context);
    await writer.add(plan.name, capture, profileFile, offCpuFile);
    const left = secondsLeft === null ? null : Math.max(0, secondsLeft - secondsSince(began));
    const mostPairs = plan.policy.looks.at(-1) as number;
    progress.line(progressLine({ workload: plan.name, capture, mostPairs, secondsLeft: left }));
  }
}

function secondsSince(begin: number): number {
  return (performance.now() - begin) / 1000;
}
