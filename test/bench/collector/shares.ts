/** Whether two profilers saw the same program: their counts as samples of one distribution, by chi-square. */
import jstat from 'jstat';
import type { Stack } from './stacks.js';

/** Counts of one profiler by category. */
type Counts = ReadonlyMap<string, number>;

export interface Agreement {
  readonly what: string;
  readonly categories: number;
  /** Chance of a difference as large if both saw the same. */
  readonly p: number;
}

/** Below so many expected samples chi-square is no good approximation: smaller categories are put together. */
const leastExpected = 10;

function countBy(stacks: readonly Stack[], category: (stack: Stack) => string): Counts {
  const counts = new Map<string, number>();
  for (const stack of stacks) {
    const key = category(stack);
    counts.set(key, (counts.get(key) ?? 0) + stack.count);
  }
  return counts;
}

const sum = (counts: Counts): number => [...counts.values()].reduce((total, count) => total + count, 0);

/** One table of two rows: every category either of them saw often enough, and one for all others. */
function homogeneity(what: string, left: Counts, right: Counts): Agreement {
  const totals = [sum(left), sum(right)] as const;
  const rows = [...new Set([...left.keys(), ...right.keys()])].map(
    (key) => [left.get(key) ?? 0, right.get(key) ?? 0] as const,
  );
  const smaller = Math.min(...totals) / (totals[0] + totals[1]);
  const isLarge = ([a, b]: readonly [number, number]): boolean => (a + b) * smaller >= leastExpected;
  const rest = rows
    .filter((row) => !isLarge(row))
    .reduce(([a, b], [c, d]) => [a + c, b + d] as const, [0, 0] as const);
  const table = [...rows.filter(isLarge), ...(isLarge(rest) ? [rest] : [])];
  let statistic = 0;
  for (const row of table) {
    for (const side of [0, 1] as const) {
      const expected = ((row[0] + row[1]) * totals[side]) / (totals[0] + totals[1]);
      statistic += (row[side] - expected) ** 2 / expected;
    }
  }
  const p = table.length < 2 ? 1 : 1 - jstat.chisquare.cdf(statistic, table.length - 1);
  return { what, categories: table.length, p };
}

/** The share of stacks each function is in: one test a function, the smallest p times their number (Bonferroni). */
function totalShares(left: readonly Stack[], right: readonly Stack[]): Agreement {
  const holding = (stacks: readonly Stack[]): Counts => {
    const counts = new Map<string, number>();
    for (const { functions, count } of stacks) {
      for (const name of new Set(functions)) counts.set(name, (counts.get(name) ?? 0) + count);
    }
    return counts;
  };
  const [inLeft, inRight] = [holding(left), holding(right)];
  const all = [left, right].map((stacks) => stacks.reduce((total, { count }) => total + count, 0));
  const tests = [...new Set([...inLeft.keys(), ...inRight.keys()])].flatMap((name) => {
    const [a, b] = [inLeft.get(name) ?? 0, inRight.get(name) ?? 0];
    if (a + b < 2 * leastExpected) return [];
    const split = (count: number, total: number): Counts =>
      new Map([
        ['in', count],
        ['out', total - count],
      ]);
    return [homogeneity(name, split(a, all[0] as number), split(b, all[1] as number))];
  });
  const smallest = Math.min(1, ...tests.map(({ p }) => p));
  return { what: 'total shares', categories: tests.length, p: Math.min(1, smallest * tests.length) };
}

/** Self counts, calls into the leaf, and total counts, of every function either of the two saw. */
export function agreement(left: readonly Stack[], right: readonly Stack[]): Agreement[] {
  const self = ({ functions }: Stack): string => functions[0] ?? '';
  const call = ({ functions }: Stack): string => `${functions[1] ?? ''} > ${functions[0] ?? ''}`;
  return [
    homogeneity('self counts', countBy(left, self), countBy(right, self)),
    homogeneity('caller > leaf', countBy(left, call), countBy(right, call)),
    totalShares(left, right),
  ];
}
