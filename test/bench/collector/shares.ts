/**
 * Whether two profilers saw the same program, judged by how much each differs from itself.
 *
 * Rounds of one profiler differ more than samples of one distribution would: the program's phases, caches and the machine
 * change. Between profilers the same holds, so chi-square is divided by the dispersion within them (quasi-likelihood;
 * McCullagh and Nelder 1989, 4.5), which makes it an F test.
 */
import jstat from 'jstat';
import type { Stack } from './stacks.js';

/** Counts of one round by category. */
type Counts = ReadonlyMap<string, number>;

export interface Agreement {
  readonly what: string;
  readonly categories: number;
  /** Chi-square over its degrees of freedom: 1 for samples of one distribution. */
  readonly between: number;
  /** The same of the rounds within each profiler. */
  readonly within: number;
  /** Chance of a difference between the profilers as large if both saw the same. */
  readonly p: number;
  /** The category they differ in the most, with the share each gave it. */
  readonly largest: { readonly name: string; readonly left: number; readonly right: number };
}

/** Below so many expected samples a round chi-square is no good approximation: smaller categories are put together. */
const leastExpected = 10;

function countBy(stacks: readonly Stack[], categories: (stack: Stack) => Iterable<string>): Counts {
  const counts = new Map<string, number>();
  for (const stack of stacks) {
    for (const key of categories(stack)) counts.set(key, (counts.get(key) ?? 0) + stack.count);
  }
  return counts;
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);

function add(rounds: readonly Counts[]): Counts {
  const counts = new Map<string, number>();
  for (const round of rounds)
    for (const [key, count] of round) counts.set(key, (counts.get(key) ?? 0) + count);
  return counts;
}

/** The rounds with every category that is too seldom for a test of its own in one. */
function groupRare(rounds: readonly Counts[]): Counts[] {
  const all = add(rounds);
  const isCommon = (key: string): boolean => (all.get(key) ?? 0) >= leastExpected * rounds.length;
  return rounds.map((round) => {
    const grouped = new Map<string, number>();
    for (const [key, count] of round) {
      const group = isCommon(key) ? key : 'rare';
      grouped.set(group, (grouped.get(group) ?? 0) + count);
    }
    return grouped;
  });
}

/** Pearson's statistic that rows of counts are samples of one distribution. */
function chiSquare(rows: readonly Counts[]): { statistic: number; df: number } {
  const columns = new Map([...add(rows)].filter(([, column]) => column > 0));
  const all = sum(columns.values());
  let statistic = 0;
  for (const row of rows) {
    const total = sum(row.values());
    for (const [key, column] of columns) {
      const expected = (column * total) / all;
      statistic += ((row.get(key) ?? 0) - expected) ** 2 / expected;
    }
  }
  return { statistic, df: (rows.length - 1) * Math.max(1, columns.size - 1) };
}

/** The column that adds the most to the statistic of two rows. */
function largestDifference(left: Counts, right: Counts): Agreement['largest'] {
  const totals = [sum(left.values()), sum(right.values())] as const;
  let found = { name: '', left: 0, right: 0 };
  let most = -1;
  for (const [name, count] of add([left, right])) {
    const shares = { left: (left.get(name) ?? 0) / totals[0], right: (right.get(name) ?? 0) / totals[1] };
    const difference = (shares.left - shares.right) ** 2 / count;
    if (difference > most) [found, most] = [{ name, ...shares }, difference];
  }
  return found;
}

function compare(what: string, left: readonly Counts[], right: readonly Counts[]): Agreement {
  const rounds = groupRare([...left, ...right]);
  const [ofLeft, ofRight] = [rounds.slice(0, left.length), rounds.slice(left.length)];
  const between = chiSquare([add(ofLeft), add(ofRight)]);
  const within = [ofLeft, ofRight].map(chiSquare);
  const withinDf = sum(within.map(({ df }) => df));
  // Less than that of one distribution is chance.
  const dispersion = withinDf > 0 ? Math.max(1, sum(within.map(({ statistic }) => statistic)) / withinDf) : 1;
  const ratio = between.statistic / between.df;
  // What is in every stack, or in none, differs in nothing.
  const isAlike = between.statistic === 0;
  const p = isAlike
    ? 1
    : withinDf > 0
      ? 1 - jstat.centralF.cdf(ratio / dispersion, between.df, withinDf)
      : 1 - jstat.chisquare.cdf(between.statistic, between.df);
  const largest = largestDifference(add(ofLeft), add(ofRight));
  return { what, categories: add(rounds).size, between: ratio, within: dispersion, p, largest };
}

/** The share of stacks each function is in: one test a function, the smallest p times their number (Bonferroni). */
function totalShares(left: readonly (readonly Stack[])[], right: readonly (readonly Stack[])[]): Agreement {
  const holding = (stacks: readonly Stack[]): Counts =>
    countBy(stacks, ({ functions }) => new Set(functions));
  const size = (stacks: readonly Stack[]): number => sum(stacks.map(({ count }) => count));
  const [inLeft, inRight] = [left.map(holding), right.map(holding)];
  const [sizesOfLeft, sizesOfRight] = [left.map(size), right.map(size)];
  const split = (name: string, rounds: readonly Counts[], sizes: readonly number[]): Counts[] =>
    rounds.map((round, at) => {
      const count = round.get(name) ?? 0;
      return new Map([
        ['in', count],
        ['out', (sizes[at] as number) - count],
      ]);
    });
  const all = add([...inLeft, ...inRight]);
  const common = [...all].filter(([, count]) => count >= leastExpected * (left.length + right.length));
  const tests = common.map(([name]) =>
    compare(name, split(name, inLeft, sizesOfLeft), split(name, inRight, sizesOfRight)),
  );
  const worst = tests.reduce((a, b) => (b.p < a.p ? b : a), tests[0] as Agreement);
  const largest = { ...worst.largest, name: worst.what };
  return {
    ...worst,
    what: 'total shares',
    categories: tests.length,
    p: Math.min(1, worst.p * tests.length),
    largest,
  };
}

/**
 * Self counts, calls into the leaf, and total counts, of every function either of the two saw; each a list of rounds.
 * @param knowsCallers false: of the right side only where samples were taken is to be believed
 */
export function agreement(
  left: readonly (readonly Stack[])[],
  right: readonly (readonly Stack[])[],
  knowsCallers: boolean,
): Agreement[] {
  const self = ({ functions }: Stack): string[] => [functions[0] ?? ''];
  const call = ({ functions }: Stack): string[] => [`${functions[1] ?? ''} > ${functions[0] ?? ''}`];
  const by = (rounds: readonly (readonly Stack[])[], category: typeof self): Counts[] =>
    rounds.map((stacks) => countBy(stacks, category));
  const selfCounts = compare('self counts', by(left, self), by(right, self));
  if (!knowsCallers) return [selfCounts];
  return [selfCounts, compare('caller > leaf', by(left, call), by(right, call)), totalShares(left, right)];
}
