/** Whether there are enough samples to compile by. */
import { plural, seconds as spell } from '../text/format.js';

/** Below, what is hot is told from what is not by chance. */
export const fewestSamples = 5000;

/**
 * @param samples in the binary
 * @param seconds of captures they were taken in
 * @returns null where they suffice, else a sentence that says how much longer it takes
 */
export function floorError(samples: number, seconds: number, fewest: number): string | null {
  if (samples >= fewest) return null;
  const has = `${plural(samples, 'sample')} in the binary in ${spell(seconds)} of captures, and ${plural(fewest, 'sample')} are needed`;
  if (samples === 0) return `${has}: the load does not exercise it`;
  const missing = Math.ceil(((fewest - samples) * seconds) / samples);
  return `${has}: capture ${spell(missing)} more under the same load, or at a higher rate`;
}
