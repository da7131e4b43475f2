/** The smallest slowdown that gates of this recording fail for, four times out of five. */
import { type Uniform, uniformFrom } from '../stats/random.js';
import type { Donor } from './plant.js';
import type { Recording } from './recording.js';
import { bootstrapped, judgeDraws } from './resample.js';

/** Part of the gates that are to fail. */
export const power = 0.8;
const smallestChange = 0.005;
/** Three times the CPU time: more is not looked for. */
const largestChange = 2;
/** Halvings of the interval between them, in its logarithm: to within 5 % of the change. */
const halvings = 7;

/**
 * The smallest change for which one drawn gate fails; the draw, the order and the samples kept follow from the seed
 * alone, so that a larger change only adds to a smaller one.
 * @returns infinity when not even the largest change fails it
 */
export function failingChange(
  recording: Recording,
  into: Donor | null,
  length: number,
  seed: number,
): number {
  const draws = bootstrapped(recording, length, uniformFrom(seed));
  const fails = (change: number): boolean => {
    const uniform: Uniform = uniformFrom(seed + 1);
    return judgeDraws(recording, draws, { change, into }, uniform).verdict === 'fail';
  };
  if (!fails(largestChange)) return Number.POSITIVE_INFINITY;
  let low = Math.log(smallestChange);
  let high = Math.log(largestChange);
  for (let step = 0; step < halvings; step++) {
    const middle = (low + high) / 2;
    if (fails(Math.exp(middle))) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

/** The change that so many of the gates fail for; null when there is none. @param changes one a gate */
export function detectableChange(changes: readonly number[]): number | null {
  const sorted = [...changes].sort((a, b) => a - b);
  const found = sorted[Math.ceil(power * sorted.length) - 1];
  return found !== undefined && Number.isFinite(found) ? found : null;
}
