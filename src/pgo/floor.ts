/** Whether there are enough samples to compile by. */
import { plural, seconds as spell } from '../text/format.js';

/** Below, what is hot is told from what is not by chance. */
export const fewestSamples = 5000;

/**
 * @param samples in the binary
 * @param seconds of captures they were taken in; 0: not known
 * @returns null where they suffice, else a sentence that says how much longer it takes
 */
export function floorError(samples: number, seconds: number, fewest: number): string | null {
  if (samples >= fewest) return null;
  const missing = neededSeconds(samples, seconds, fewest);
  const during = seconds > 0 ? ` in ${spell(seconds)} of captures` : '';
  const has = `${plural(samples, 'sample')} in the binary${during}, and ${plural(fewest, 'sample')} are needed`;
  if (samples === 0) return `${has}: the load does not exercise it`;
  if (missing === null) return `${has}: ${plural(fewest - samples, 'sample')} more, under the same load`;
  return `${has}: capture ${spell(missing)} more under the same load, or at a higher rate`;
}

/** More seconds of such captures until there are enough samples; null where there are, where none will come, or is not known. */
export function neededSeconds(samples: number, seconds: number, fewest: number): number | null {
  if (samples >= fewest || samples === 0 || seconds <= 0) return null;
  return Math.ceil(((fewest - samples) * seconds) / samples);
}
