/** Functions as a reader meets them: which first, with which sign, by how much. */
import type { Bounded, FunctionClass, FunctionResult } from '../verdict/result.js';

const classOrder: Readonly<Record<FunctionClass, number>> = {
  slower: 0,
  new: 1,
  moved: 2,
  faster: 3,
  gone: 4,
  unproven: 5,
};

/** Classes for which the profile proves something, most pressing first; then what it could not prove, by its size. */
export function ranked(functions: readonly FunctionResult[]): FunctionResult[] {
  return [...functions].sort(
    (a, b) =>
      classOrder[a.class] - classOrder[b.class] ||
      Math.abs(b.contribution.estimate) - Math.abs(a.contribution.estimate) ||
      (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
  );
}

/** The functions worth a line in a short report: the proven ones, and up to `unproven` others. */
export function mattering(
  functions: readonly FunctionResult[],
  limit: number,
  unproven: number,
): FunctionResult[] {
  const sorted = ranked(functions);
  const proven = sorted.filter((one) => one.class !== 'unproven');
  const others = sorted.filter((one) => one.class === 'unproven').slice(0, unproven);
  return [...proven, ...others].slice(0, limit);
}

/** A sign that needs no colour. */
export const classSign: Readonly<Record<FunctionClass, string>> = {
  slower: '▲',
  faster: '▼',
  new: '+',
  gone: '×',
  moved: '⇄',
  unproven: '·',
};

/** What a class claims, in words. */
export const classMeaning: Readonly<Record<FunctionClass, string>> = {
  slower: 'proven slower',
  faster: 'proven faster',
  new: 'new: not seen in base',
  gone: 'gone: not seen in head',
  moved: 'moved: took over CPU time that other functions lost',
  unproven: 'no change proven',
};

/** Change of a function's own CPU time per unit of work as a fraction; the result carries it as head over base. */
export function ownChange({ ratio }: FunctionResult): Bounded | null {
  if (ratio === null) return null;
  const { estimate, lower, upper } = ratio;
  return {
    estimate: estimate - 1,
    lower: lower === null ? null : lower - 1,
    upper: upper === null ? null : upper - 1,
  };
}
