/** A short capture of each side before the first pair: whether the load works, and what measuring costs. No verdict rests on it. */
import { type Side, sides } from '../bundle/schema.js';
import { isBatch, measureSide } from './capture.js';
import type { CaptureContext } from './context.js';
import type { Seen } from './pace.js';

/** Long enough to count some work; where captures are to be shorter than this, the pilot's are as well. */
const pilotSeconds = 1;

/** Length of the pilot's captures. @param configured length of the run's, null when it is to be chosen */
export function pilotLength(configured: number | null): number {
  return Math.min(pilotSeconds, configured ?? pilotSeconds);
}

/**
 * Captures base and head once, as a pair would, and keeps nothing of it.
 * @returns what was seen; or the side that did no work
 * @throws MeasureError when a capture fails
 */
export async function takePilot(context: CaptureContext): Promise<Seen | { readonly idle: Side }> {
  const taken: Taken[] = [];
  for (const side of sides) {
    const began = performance.now();
    const { units, finished, launchSeconds } = await measureSide(side, null, context);
    if (units === 0) return { idle: side };
    const { wallNanoseconds, cpuNanoseconds, samples, source } = finished.summary;
    const wallSeconds = Math.max(wallNanoseconds / 1e9, 1e-3);
    const allSeconds = (performance.now() - began) / 1000;
    taken.push({
      unitsPerSecond: units / wallSeconds,
      busyCpus: cpuNanoseconds / 1e9 / wallSeconds,
      overheadSeconds: Math.max(0, allSeconds - launchSeconds - wallSeconds),
      launchSeconds,
      foreignHz: source === undefined ? null : foreignRate(samples, cpuNanoseconds),
    });
  }
  return {
    isBatch: isBatch(context.plan),
    unitsPerSecond: Math.min(...taken.map(({ unitsPerSecond }) => unitsPerSecond)),
    busyCpus: mean(taken.map(({ busyCpus }) => busyCpus)),
    overheadSeconds: mean(taken.map(({ overheadSeconds }) => overheadSeconds)),
    launchSeconds: mean(taken.map(({ launchSeconds }) => launchSeconds)),
    foreignHz:
      context.plan.source === null ? null : Math.round(mean(taken.map(({ foreignHz }) => foreignHz ?? 1))),
  };
}

/** Within what is taken for a rate, whatever a profile says. */
function foreignRate(samples: number, cpuNanoseconds: number): number {
  return Math.min(10_000, Math.max(1, samples / Math.max(cpuNanoseconds / 1e9, 1e-3)));
}

type Taken = Omit<Seen, 'isBatch'>;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
