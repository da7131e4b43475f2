/** What pairs look like one after the other: a course that drifts, and those far from all others. */

/** Pairs on each side of the one a median is taken around. */
const reach = 3;
/** Fewer pairs have no course. */
const fewest = 2 * reach + 1;
/** Deviations that make an outlier, in units that would be standard deviations of normal scatter. */
const far = 3.5;
/** From a median absolute deviation to a standard deviation. */
const normal = 1.4826;

/** The median of each pair and its neighbours; empty where there are too few. */
export function course(changes: readonly number[]): number[] {
  if (changes.length < fewest) return [];
  return changes.map((_, index) => median(changes.slice(Math.max(0, index - reach), index + reach + 1)));
}

/** Indices of the pairs far from the median of all, by the scatter of the others. */
export function outliers(changes: readonly number[]): Set<number> {
  if (changes.length < fewest) return new Set();
  const middle = median(changes);
  const deviation = normal * median(changes.map((one) => Math.abs(one - middle)));
  return new Set(
    changes.flatMap((one, index) =>
      Math.abs(one - middle) > far * deviation && deviation > 0 ? [index] : [],
    ),
  );
}

/** The medians of the first and the last third, which differ where the change drifts; null where there are too few. */
export function thirds(changes: readonly number[]): { readonly first: number; readonly last: number } | null {
  const length = Math.floor(changes.length / 3);
  if (length < reach) return null;
  return { first: median(changes.slice(0, length)), last: median(changes.slice(-length)) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.ceil((sorted.length - 1) / 2)];
  return ((sorted[low] as number) + (sorted[high] as number)) / 2;
}
