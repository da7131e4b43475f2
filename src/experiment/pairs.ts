/** Pairs of captures, until the verdict is clear or pairs or budget are spent. */

import { anotherFits } from '../bundle/schedule.js';
import type { Capture, Side, Stop } from '../bundle/schema.js';
import type { BundleWriter } from '../bundle/writer.js';
import { type TakenCapture, takeBothCaptures, takeCapture } from './capture.js';
import type { CaptureContext } from './context.js';
import { inLayouts, type LayoutDraw, layoutDraw } from './layouts.js';
import { drawTurns, type Order, randomOrder } from './order.js';
import { runsBoth } from './pace.js';
import type { Prepared } from './preparation.js';
import { type Eta, progressLine } from './progress.js';
import type { ExperimentHooks } from './run.js';

/** Where a run is: what the next captures share. */
interface Stage {
  readonly prepared: Prepared;
  readonly began: number;
  readonly writer: BundleWriter;
  readonly hooks: ExperimentHooks;
  readonly order: Order;
  readonly drawLayouts: LayoutDraw;
}

/**
 * Takes pairs, or several at a time where they share launches. What ends it is the plan, the clock, or a look at which
 * the hook says so; never anything between two looks but a capture that did no work.
 * @param began when measuring began, by performance.now()
 */
export async function takePairs(
  prepared: Prepared,
  began: number,
  writer: BundleWriter,
  hooks: ExperimentHooks,
): Promise<Stop> {
  const { plan } = prepared.context;
  const { looks, pairsPerLaunch, pairSeconds } = prepared.pace;
  const most = looks.at(-1) as number;
  // One for the whole run: every second pair goes the other way than the one before.
  const order = hooks.order ?? randomOrder();
  const stage = { prepared, began, writer, hooks, order, drawLayouts: layoutDraw(plan.layouts) };
  let end: number | null = null;
  let lastSeconds = pairSeconds;
  for (let unit = 1; ; unit++) {
    const captures = await takeUnit(unit, lastSeconds, stage);
    const ended = captures.at(-1)?.endSeconds as number;
    lastSeconds = end === null ? pairSeconds : ended - end;
    end = ended;
    const isLast = unit === most || !anotherFits(plan.budgetSeconds, end, lastSeconds);
    const isIdle = captures.some(({ units, summary }) => units === 0 || summary.cpuNanoseconds === 0);
    if (!isLast && !isIdle && !looks.includes(unit)) continue;
    const [done, all] = [unit * pairsPerLaunch, most * pairsPerLaunch];
    const standing = hooks.decide(writer.workload(plan.name));
    if (standing === 'decided') {
      return { reason: 'decided', message: `decided after ${done} of at most ${all} pairs` };
    }
    if (standing === 'futile') {
      const message = `stopped after ${done} of at most ${all} pairs, as going on within the budget of ${plan.budgetSeconds} s was not expected to decide it`;
      return { reason: 'futile', message };
    }
    if (unit === most) return { reason: 'looks_exhausted', message: `not decided after all ${all} pairs` };
    if (isLast) {
      const message = `${done} of ${all} pairs fitted into the budget of ${plan.budgetSeconds} s`;
      return { reason: 'budget_exhausted', message };
    }
  }
}

/** One pair, or all that share a launch. @param expectedSeconds what it is expected to take */
async function takeUnit(unit: number, expectedSeconds: number, stage: Stage): Promise<Capture[]> {
  const { pairsPerLaunch, looks } = stage.prepared.pace;
  const { launcher } = stage.prepared;
  const began = performance.now();
  const eta = (): Eta => {
    const rest = Math.max(0, expectedSeconds - secondsSince(began));
    const nextLook = looks.find((look) => look >= unit) as number;
    const budget = stage.prepared.context.plan.budgetSeconds - secondsSince(stage.began);
    const latest = Math.min(Math.max(0, budget), rest + ((looks.at(-1) as number) - unit) * expectedSeconds);
    return { earliest: Math.min(latest, rest + (nextLook - unit) * expectedSeconds), latest };
  };
  const context = inLayouts(stage.prepared.context, stage.drawLayouts());
  const captures: Capture[] = [];
  for (let pair = (unit - 1) * pairsPerLaunch + 1; pair <= unit * pairsPerLaunch; pair++) {
    captures.push(...(await takePair(pair, context, eta, stage)));
  }
  await launcher.end();
  return captures;
}

async function takePair(
  pair: number,
  context: CaptureContext,
  eta: () => Eta,
  { prepared, began, writer, hooks, order }: Stage,
): Promise<Capture[]> {
  const { pace } = prepared;
  const workload = context.plan.name;
  const mostPairs = (pace.looks.at(-1) as number) * pace.pairsPerLaunch;
  const captures: Capture[] = [];
  for await (const taken of takeCaptures(pair, order(), context, prepared)) {
    const capture = { ...taken.capture, endSeconds: secondsSince(began) };
    await writer.add(workload, capture, taken.profileFile, taken.offCpuFile);
    hooks.progress.line(progressLine({ workload, capture, mostPairs, eta: eta() }));
    captures.push(capture);
  }
  return captures;
}

/** The two captures of a pair: both at once where services are loaded in turns, else one after the other. */
async function* takeCaptures(
  pair: number,
  order: readonly [Side, Side],
  context: CaptureContext,
  { pace, launcher }: Prepared,
): AsyncGenerator<TakenCapture> {
  const places = order.map((side, position) => ({ side, pair, position: position as 0 | 1 }));
  const launching = runsBoth(pace) ? launcher.start(order, context) : null;
  if (launching !== null && context.turnSeconds !== null) {
    const turns = drawTurns(order, Math.round(context.seconds / context.turnSeconds));
    yield* await takeBothCaptures(places, launching, turns, context);
    return;
  }
  const launches = await launching;
  for (const place of places) yield await takeCapture(place, launches, context);
}

function secondsSince(begin: number): number {
  return (performance.now() - begin) / 1000;
}
