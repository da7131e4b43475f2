/** From the pilot to what the pairs need: chosen length, rate, launches and looks, before anything is measured. */
import type { Stop } from '../bundle/schema.js';
import { requestsAtOnce } from '../config/turns.js';
import { MeasureError } from '../errors.js';
import { chooseFreePort } from '../workload/port.js';
import type { Progress } from '../workload/progress.js';
import { isBatch } from './capture.js';
import type { CaptureContext } from './context.js';
import { Launcher } from './launches.js';
import { type Asked, choosePace, isHopeless, type Pace, runsBoth, type Seen } from './pace.js';
import { takePilot } from './pilot.js';
import { formatSeconds } from './progress.js';

/** With fewer pairs a verdict says that it rests on few. */
const manyPairs = 8;

export interface Prepared {
  readonly context: CaptureContext;
  readonly pace: Pace;
  /** Keeps services, some of which may run already; to be disposed of. */
  readonly launcher: Launcher;
}

/** Why no pair is taken at all. */
export interface Unfit {
  readonly stop: Stop;
  /** null when the pilot could not tell. */
  readonly pace: Pace | null;
}

/**
 * Takes the pilot and chooses how to go on.
 * @param began when measuring began: the budget runs since
 * @throws MeasureError when the pilot fails; no process is left
 */
export async function preparePace(
  context: CaptureContext,
  began: number,
  progress: Progress,
): Promise<Prepared | Unfit> {
  const { plan } = context;
  const seen = await takePilot(context);
  if ('idle' in seen) {
    const message = `${seen.idle} did no work in the pilot, a capture before the first pair: check load and units`;
    return { stop: { reason: 'unfit', message }, pace: null };
  }
  const mayRunBoth = !isBatch(plan) && plan.port === null;
  const choose = (both: boolean): Pace => choosePace(seen, askedOf(context, began, both));
  const prepared = await launchesOf(context, choose(mayRunBoth), () => choose(false), progress);
  const { pace, launcher } = prepared;
  if (isHopeless(pace)) {
    await launcher.dispose();
    return { stop: tooSmall(context, pace), pace };
  }
  progress.line(`${plan.name}  ${paceLine(seen, pace)}`);
  if (plan.port !== null) adviseFreePort(plan.name, choose(true), seen, progress);
  return prepared;
}

/** Two ports and both services where launches are kept; where they cannot run side by side, launches are not kept. */
export async function launchesOf(
  context: CaptureContext,
  wanted: Pace,
  alternative: () => Pace,
  progress: Progress,
): Promise<Prepared> {
  const withPace = (pace: Pace, port: number): CaptureContext => ({
    ...context,
    seconds: pace.seconds,
    rateHz: pace.rateHz,
    turnSeconds: pace.turnSeconds,
    ports: { base: context.ports.base, head: port },
  });
  if (runsBoth(wanted) && !isHopeless(wanted)) {
    const both = withPace(wanted, await chooseFreePort());
    const launcher = new Launcher(wanted.pairsPerLaunch > 1);
    try {
      await launcher.start(['base', 'head'], both);
      // Which builds come first has not been drawn yet.
      if (context.plan.layouts > 1) await launcher.end();
      return { context: both, pace: wanted, launcher };
    } catch (error) {
      if (!(error instanceof MeasureError)) throw error;
      progress.warn(
        `${context.plan.name}: both sides' services cannot run side by side (${error.message}), so every capture starts its own`,
      );
    }
  }
  const pace = runsBoth(wanted) ? alternative() : wanted;
  const alone = withPace(pace, context.ports.head);
  return { context: alone, pace, launcher: new Launcher(false) };
}

/** Says what a fixed port costs. */
function adviseFreePort(name: string, free: Pace, seen: Seen, progress: Progress): void {
  const could = 'without port: both services could run at once';
  if (free.pairsPerLaunch > 1) {
    progress.warn(
      `${name}: starting and warming up takes ${formatSeconds(seen.launchSeconds)} for every capture; ${could} and be kept for several pairs`,
    );
  } else if (free.turnSeconds !== null) {
    progress.warn(`${name}: ${could} and be loaded in turns, which a noisy machine disturbs far less`);
  }
}

function askedOf({ plan }: CaptureContext, began: number, mayRunBoth: boolean): Asked {
  const { seconds, rateHz, turnSeconds } = plan.capture;
  const atOnce = requestsAtOnce(plan.load);
  const spent = (performance.now() - began) / 1000;
  const budgetSeconds = plan.budgetSeconds - spent;
  const like = plan.like && { ...plan.like, budgetSeconds: plan.like.budgetSeconds - spent };
  const { mostPairs } = plan;
  return { seconds, rateHz, mostPairs, budgetSeconds, like, mayRunBoth, turnSeconds, atOnce };
}

function tooSmall({ plan }: CaptureContext, { expected, looks, pairSeconds }: Pace): Stop {
  const first = looks[0] as number;
  const message = `the budget of ${formatSeconds(plan.budgetSeconds)} leaves time for ${Math.max(0, expected)} pairs of ${formatSeconds(pairSeconds)}; a verdict takes at least ${first}`;
  return { reason: 'futile', message };
}

/** E.g. `captures of 2s at 997 Hz, a pair takes about 6s; first look after 10 pairs, at most 80`. */
function paceLine(
  seen: Seen,
  { seconds, rateHz, turnSeconds, pairsPerLaunch, pairSeconds, expected, looks }: Pace,
): string {
  const [first, most] = [looks[0] as number, looks.at(-1) as number];
  const isShort = expected < most;
  const parts = [
    `captures of ${seconds}s at ${rateHz} Hz, a pair takes about ${formatSeconds(pairSeconds / pairsPerLaunch)}`,
    ...(turnSeconds === null ? [] : [`both sides loaded in turns of ${formatTurn(turnSeconds)}`]),
    ...(pairsPerLaunch > 1
      ? [
          `${pairsPerLaunch} pairs share a launch, as starting and warming up takes ${formatSeconds(seen.launchSeconds)}`,
        ]
      : []),
    `first look after ${first * pairsPerLaunch} pairs`,
    isShort
      ? `the budget leaves time for about ${expected * pairsPerLaunch}`
      : `at most ${most * pairsPerLaunch}`,
    ...(isShort && first < manyPairs ? ['few for a verdict; raise gate.budget'] : []),
  ];
  return parts.join('; ');
}

function formatTurn(seconds: number): string {
  return `${Math.round(1000 * seconds)}ms`;
}
