/** Units of work and errors of one capture of a service. */
import type { Side } from '../bundle/schema.js';
import { MeasureError } from '../errors.js';
import type { LoadOutcome } from '../workload/load.js';
import { fillTemplate } from '../workload/template.js';
import { readCounter, readNumber } from '../workload/units.js';
import { unlessAborted } from '../workload/waiting.js';
import { type CaptureContext, subject } from './context.js';

/** The counter at the window's two ends; null when units are counted otherwise. */
export interface CounterReadings {
  readonly before: number | null;
  readonly after: number | null;
}

export async function counterReading(side: Side, context: CaptureContext): Promise<number | null> {
  const { plan, ports, signal } = context;
  if (plan.units.kind !== 'counter') return null;
  const url = fillTemplate(plan.units.url, { PORT: String(ports[side]) });
  return unlessAborted(readCounter(url, plan.units.source, subject('units', side, context)), signal);
}

/** @throws MeasureError when the number cannot be found; zero is a number: the verdict deals with it */
export function countUnits(
  side: Side,
  outcome: LoadOutcome,
  { before, after }: CounterReadings,
  context: CaptureContext,
): number {
  const what = subject('units', side, context);
  const { units } = context.plan;
  if (units.kind === 'output') return readNumber(units.source, outcome.output, what);
  if (units.kind === 'http' && outcome.http) return outcome.http.requests2xx;
  if (before === null || after === null)
    throw new MeasureError(
      `${what}: nothing counts them; say with units: where the load prints them, or which URL counts them`,
    );
  if (after < before) {
    throw new MeasureError(
      `${what}: the counter went back from ${before} to ${after} during the capture; name one that only grows, of a process that the load does not restart, or count by what the load prints`,
    );
  }
  return after - before;
}

/** Failed units; 0 when nothing was configured that could tell. */
export function countErrors(side: Side, outcome: LoadOutcome, context: CaptureContext): number {
  if (outcome.http) return outcome.http.non2xx + outcome.http.errors;
  const { errors } = context.plan;
  return errors === null ? 0 : readNumber(errors, outcome.output, subject('errors', side, context));
}
