/** Functions as a reader meets them: which first, with which sign, by how much. */
import { margin } from '../text/format.js';
import type { AppliedWaiver } from '../verdict/appliedWaiver.js';
import type { Bounded, FunctionClass, FunctionResult, Result } from '../verdict/result.js';
import { shown } from './escape/visible.js';

const classOrder: Readonly<Record<FunctionClass, number>> = {
  slower: 0,
  new: 1,
  moved: 2,
  faster: 3,
  gone: 4,
  unproven: 5,
};

/** Classes for which the profile proves something, most pressing first; then what is likely, then the rest, by its size. */
export function ranked(functions: readonly FunctionResult[]): FunctionResult[] {
  return [...functions].sort(
    (a, b) =>
      classOrder[a.class] - classOrder[b.class] ||
      Number(isLikely(b)) - Number(isLikely(a)) ||
      Math.abs(b.contribution.estimate) - Math.abs(a.contribution.estimate) ||
      (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
  );
}

/** Of what is marked as likely, at most this part is expected to be wrong. */
const likelyQ = 0.05;

/** Not proven, so that nothing depends on it, but most of its like did change. */
export function isLikely({ class: itsClass, q }: FunctionResult): boolean {
  return itsClass === 'unproven' && q !== null && q <= likelyQ;
}

/** What is found of a function, in a word: `slower`, or `slower?` where it is likely and not proven. */
export function finding(one: FunctionResult): string {
  if (!isLikely(one)) return one.class;
  return one.contribution.estimate > 0 ? 'slower?' : 'faster?';
}

/**
 * The functions worth a line in a short report: the proven ones, and up to `unproven` others.
 * @param sorted as `ranked` has them
 */
export function mattering(
  sorted: readonly FunctionResult[],
  limit: number,
  unproven: number,
): FunctionResult[] {
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
  moved: 'moved: took over CPU time that other functions below the same callers lost',
  unproven: 'no change proven',
};

export function findingMeaning(one: FunctionResult): string {
  return isLikely(one)
    ? `likely, not proven: of what is so marked at most ${margin(likelyQ)} is expected to be wrong`
    : classMeaning[one.class];
}

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

/** Whether a function fails the gate: it got slower, and nobody waived it. */
export function isHeld({ class: itsClass, waiver }: FunctionResult): boolean {
  return (itsClass === 'slower' || itsClass === 'new') && waiver?.status !== 'waived';
}

/** Where its time comes from and what was waived of it, in a line below its name; null when there is nothing to say. */
export function remark({ culprit, waiver }: FunctionResult): string | null {
  const said = [culprit?.message ?? null, waiverText(waiver)].filter((part) => part !== null);
  return said.length === 0 ? null : said.join('; ');
}

/** What a waiver does for what it speaks of. */
export function waiverText(waiver: AppliedWaiver | null): string | null {
  if (waiver === null) return null;
  const { status, max, expires } = waiver;
  return {
    waived: `waived up to ${margin(max)} until ${expires}`,
    exceeded: `beyond the ${margin(max)} that are waived`,
    expired: `its waiver expired on ${expires}`,
    open: `judged by the ${margin(max)} that are waived until ${expires}`,
  }[status];
}

/** Functions told one by one where there is no table. */
const mostTold = 5;

/** Where the time of the functions that fail comes from, a line each. */
export function origins({ workloads }: Result): string[] {
  return workloads
    .flatMap(({ functions }) => ranked(functions).filter(isHeld))
    .flatMap(({ name, culprit }) => (culprit === null ? [] : [`${shown(name, 160)}: ${culprit.message}`]))
    .slice(0, mostTold);
}
