/**
 * Whether two profilers saw the same program: while both sample it at once, since a load differs by who disturbs it (nginx
 * has fewer wake-ups to send where a profiler keeps its clients' CPU busy). What is left between them is sampling error.
 */
import jstat from 'jstat';
import type { Stack } from './stacks.js';

/** Counts of one profiler by category. */
type Counts = ReadonlyMap<string, number>;

export interface Agreement {
  readonly what: string;
  readonly categories: number;
  /** Chi-square over its degrees of freedom: 1 for samples of one distribution. */
  readonly dispersion: number;
  /** Chance of a difference between the profilers as large if both saw the same. */
  readonly p: number;
  /** The category they differ in the most, with the share each gave it. */
  readonly largest: { readonly name: string; readonly left: number; readonly right: number };
}

/** Below so many expected samples chi-square is no good approximation: smaller categories are put together. */
const leastExpected = 10;

function countBy(stacks: readonly Stack[], categories: (stack: Stack) => Iterable<string>): Counts {
  const counts = new Map<string, number>();
  for (const stack of stacks) {
    for (const key of categories(stack)) counts.set(key, (counts.get(key) ?? 0) + stack.count);
  }
  return counts;
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);

/** The samples of both by category, each that is too seldom for a test of its own in one. */
function table(left: Counts, right: Counts): { name: string; left: number; right: number }[] {
  const rows = [...new Set([...left.keys(), ...right.keys()])].map((name) => ({
    name,
    left: left.get(name) ?? 0,
    right: right.get(name) ?? 0,
  }));
  const all = { left: sum(left.values()), right: sum(right.values()) };
  const fewer = Math.min(all.left, all.right) / (all.left + all.right);
  const isCommon = (row: (typeof rows)[number]): boolean => (row.left + row.right) * fewer >= leastExpected;
  const rare = rows.filter((row) => !isCommon(row));
  const group = {
    name: 'rare',
    left: sum(rare.map((row) => row.left)),
    right: sum(rare.map((row) => row.right)),
  };
  return [...rows.filter(isCommon), ...(rare.length > 0 ? [group] : [])];
}

/** Pearson's test that both are samples of one distribution. */
function compare(what: string, left: Counts, right: Counts): Agreement {
  const rows = table(left, right);
  const all = { left: sum(left.values()), right: sum(right.values()) };
  const parts = rows.map((row) => {
    const expected = ((row.left + row.right) * all.left) / (all.left + all.right);
    return ((row.left - expected) ** 2 / expected) * (1 + all.left / all.right);
  });
  const statistic = sum(parts);
  const df = Math.max(1, rows.length - 1);
  const most = rows[parts.indexOf(Math.max(...parts))] as (typeof rows)[number];
  return {
    what,
    categories: rows.length,
    dispersion: statistic / df,
    p: 1 - jstat.chisquare.cdf(statistic, df),
    largest: { name: most.name, left: most.left / all.left, right: most.right / all.right },
  };
}

/**
 * The share of stacks each function is in: one test a function, the smallest p times their number (Bonferroni).
 * @param left complete ones, as those of `right`: one that breaks off lacks its outer functions
 */
function totalShares(left: readonly Stack[], right: readonly Stack[]): Agreement[] {
  const holding = (stacks: readonly Stack[]): Counts =>
    countBy(stacks, ({ functions }) => new Set(functions));
  const size = (stacks: readonly Stack[]): number => sum(stacks.map(({ count }) => count));
  const split = (count: number, size: number): Counts =>
    new Map([
      ['in', count],
      ['out', size - count],
    ]);
  const [inLeft, inRight] = [holding(left), holding(right)];
  const all = size(left) + size(right);
  const tests = table(inLeft, inRight)
    // Neither what is seldom in a stack nor what is in nearly all; both have about as many samples.
    .filter((row) => row.name !== 'rare' && all - row.left - row.right >= 2 * leastExpected)
    .map((row) => compare(row.name, split(row.left, size(left)), split(row.right, size(right))));
  const [worst] = tests.sort((a, b) => a.p - b.p);
  if (worst === undefined) return [];
  const largest = { ...worst.largest, name: worst.what };
  const p = Math.min(1, worst.p * tests.length);
  return [{ ...worst, what: 'total shares', categories: tests.length, p, largest }];
}

/**
 * Self counts, calls into the leaf, and total counts, of every function either of the two saw at the same time.
 * @param knowsCallers false: of the right side only where samples were taken is to be believed
 */
export function agreement(
  left: readonly Stack[],
  right: readonly Stack[],
  knowsCallers: boolean,
): Agreement[] {
  const self = ({ functions }: Stack): string[] => [functions[0] ?? ''];
  const call = ({ functions }: Stack): string[] => [`${functions[1] ?? ''} > ${functions[0] ?? ''}`];
  const by = (category: typeof self): [Counts, Counts] => [countBy(left, category), countBy(right, category)];
  const selfCounts = compare('self counts', ...by(self));
  if (!knowsCallers) return [selfCounts];
  const whole = (stacks: readonly Stack[]): Stack[] => stacks.filter(({ isComplete }) => isComplete);
  return [selfCounts, compare('caller > leaf', ...by(call)), ...totalShares(whole(left), whole(right))];
}
