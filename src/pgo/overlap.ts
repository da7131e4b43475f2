/** How alike two profiles are: as `llvm-profdata overlap --sample` has it (llvm-profdata.cpp, SampleOverlapAggregator). */
import type { ProfileContent } from './content.js';
import type { Body } from './sourceProfile.js';

/** Shares, 0 to 1. */
export interface ProfileOverlap {
  /**
   * Within a function half the distance of both profiles' shares of its lines is taken from 1; this is weighted down by the
   * difference of the function's shares of the program, and averaged by their mean.
   */
  readonly similarity: number;
  /** Common weight, of what either has: profiles of unlike length overlap little. */
  readonly overlap: number;
  /** Functions that both have, of all. */
  readonly functions: number;
}

/** A function's weights by what they are of. */
interface Weights {
  readonly sum: number;
  readonly by: ReadonlyMap<string, number>;
}

/**
 * The same either way round. Profiles of Go are compared by their calls, which is what they are of.
 * @param first of the same format as `second`, neither without weight
 */
export function profileOverlap(first: ProfileContent, second: ProfileContent): ProfileOverlap {
  const [ours, theirs] = [weightsOf(first), weightsOf(second)];
  const [ourSum, theirSum] = [sumOf(ours), sumOf(theirs)];
  const names = new Set([...ours.keys(), ...theirs.keys()]);
  let similarity = 0;
  let common = 0;
  let union = 0;
  let both = 0;
  for (const name of names) {
    const mine = ours.get(name);
    const other = theirs.get(name);
    if (mine === undefined || other === undefined) {
      union += (mine ?? (other as Weights)).sum;
      continue;
    }
    both++;
    let distance = 0;
    for (const key of new Set([...mine.by.keys(), ...other.by.keys()])) {
      const [a, b] = [mine.by.get(key) ?? 0, other.by.get(key) ?? 0];
      distance += Math.abs(shareOf(a, mine.sum) - shareOf(b, other.sum));
      common += Math.min(a, b);
      union += Math.max(a, b);
    }
    const [a, b] = [mine.sum / ourSum, other.sum / theirSum];
    similarity += ((1 - distance / 2) * (1 - Math.abs(a - b)) * (a + b)) / 2;
  }
  return { similarity, overlap: shareOf(common, union), functions: both / names.size };
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sumOf(functions: ReadonlyMap<string, Weights>): number {
  return [...functions.values()].reduce((sum, each) => sum + each.sum, 0);
}

function weightsOf({ format, profile }: ProfileContent): Map<string, Weights> {
  return new Map(
    [...profile].map(([name, body]) => {
      const by = new Map<string, number>();
      addWeights(by, body, '', format === 'go');
      return [name, { by, sum: [...by.values()].reduce((sum, weight) => sum + weight, 0) }];
    }),
  );
}

function addWeights(
  by: Map<string, number>,
  { positions, calls }: Body,
  within: string,
  byCall: boolean,
): void {
  for (const [position, { count, targets }] of positions) {
    const key = `${within}${position}`;
    if (byCall) for (const [callee, weight] of targets) by.set(`${key}\0${callee}`, weight);
    else by.set(key, count);
  }
  for (const [position, bodies] of calls) {
    for (const [name, body] of bodies) addWeights(by, body, `${within}${position}\0${name}\0`, byCall);
  }
}
