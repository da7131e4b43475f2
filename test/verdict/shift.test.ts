/** Costs that move between functions, and others that do not, in programs whose calls are known. */
import { describe, expect, test } from '@jest/globals';
import type { WorkloadResult } from '../../src/verdict/result.js';
import { judgeWays } from './callTrees.js';
import type { Costs, Truth } from './simulate.js';

/** A service with two handlers: microseconds of each function by the way there, 1000 in all. */
const base: Costs = {
  'main>loop': 30,
  'main>loop>read': 150,
  'main>loop>read>copy': 40,
  'main>loop>read>check': 25,
  'main>loop>search': 25,
  'main>loop>search>parse': 50,
  'main>loop>search>parse>copy': 20,
  'main>loop>search>parse>value': 35,
  'main>loop>search>score': 150,
  'main>loop>search>sort': 105,
  'main>loop>search>sort>compare': 100,
  'main>loop>write': 90,
  'main>loop>write>format': 110,
  'main>loop>write>format>digits': 20,
  'main>loop>write>copy': 50,
};

function judged(gates: number, truth: Omit<Truth, 'seed'>): WorkloadResult[] {
  return Array.from({ length: gates }, (_, seed) => judgeWays({ ...truth, seed: seed + 1 }));
}

/** How many results have this verdict. */
function count(results: readonly WorkloadResult[], verdict: string): number {
  return results.filter((result) => result.verdict === verdict).length;
}

function classOf({ functions }: WorkloadResult, key: string): string | undefined {
  return functions.find((each) => each.key === key)?.class;
}

function codes({ reasons }: WorkloadResult): string[] {
  return reasons.map(({ code }) => code);
}

function plus(costs: Costs, changes: Costs): Costs {
  const sums: Record<string, number> = { ...costs };
  for (const [way, change] of Object.entries(changes)) sums[way] = (sums[way] ?? 0) + change;
  return sums;
}

/** With functions that have other names; a function without a name is inlined into its caller. */
function called(costs: Costs, names: Readonly<Record<string, string>>): Costs {
  const renamed: Record<string, number> = {};
  for (const [way, cost] of Object.entries(costs)) {
    const other = way
      .split('>')
      .map((name) => names[name] ?? name)
      .filter((name) => name !== '')
      .join('>');
    renamed[other] = (renamed[other] ?? 0) + cost;
  }
  return renamed;
}

describe('cost that moves', () => {
  const quiet = { pairs: 24, noise: 0.5, base };

  test.each<[string, string, Costs]>([
    ['to another name', 'ranked', called(base, { score: 'ranked' })],
    [
      'to other names, callers and all',
      'parse2',
      called(base, { parse: 'parse2', value: 'value2', search: 'search2' }),
    ],
    ['to another name, below several callers', 'memcpy', called(base, { copy: 'memcpy' })],
    ['into its caller', 'sort', called(base, { compare: '' })],
    ['into several callers', 'parse', called(base, { copy: '' })],
    [
      'into a part split off',
      'sorted',
      plus(base, { 'main>loop>search>sort': -60, 'main>loop>search>sort>sorted': 60 }),
    ],
    [
      'into a function that others call already',
      'digits',
      plus(called(base, { value: 'digits' }), { 'main>loop>search>parse>digits>copy': 0 }),
    ],
    [
      'from a caller into what it calls',
      'compare',
      plus(base, { 'main>loop>search>sort': -40, 'main>loop>search>sort>compare': 40 }),
    ],
  ])('%s fails nothing', (_, into, head) => {
    const results = judged(12, { ...quiet, head });
    expect(count(results, 'fail')).toBe(0);
    for (const result of results) {
      expect(classOf(result, into)).toBe('moved');
      expect(codes(result)).toContain('cost_moved');
    }
  });

  test('inside a recursion fails nothing', () => {
    const recursive = plus(base, {
      'main>loop>search>parse>list>value': 30,
      'main>loop>search>parse>list': 30,
    });
    const head = called(recursive, { list: 'sequence' });
    for (const result of judged(6, { ...quiet, base: recursive, head })) {
      expect(result.verdict).not.toBe('fail');
      expect(classOf(result, 'sequence')).toBe('moved');
    }
  });

  test('by half a per cent of the total out of a function of 15 % fails no more often than the level', () => {
    const head = plus(base, { 'main>loop>search>score': -5, 'main>loop>search': 5 });
    const results = judged(60, { pairs: 60, base, head });
    // At the level of functions, 1 %, more than three of 60 gates fail once in 3,000 times.
    expect(count(results, 'fail')).toBeLessThanOrEqual(3);
    // And not because nothing was seen: an increase is proven in nearly all.
    const seen = results.filter((result) => codes(result).some((code) => /^(shift|cost)_/.test(code)));
    expect(seen.length).toBeGreaterThanOrEqual(48);
    for (const result of seen.filter((one) => codes(one).includes('shift_unclear'))) {
      expect(result.verdict).toBe('inconclusive');
      expect(classOf(result, 'search')).toBe('unproven');
      expect(result.neededSeconds).not.toBe(0);
    }
  });

  test('is told from a function that got slower at the same time', () => {
    const head = plus(called(base, { score: 'ranked' }), { 'main>loop>search>sort>compare': 30 });
    for (const result of judged(12, { ...quiet, head })) {
      expect(result.verdict).toBe('fail');
      expect(classOf(result, 'compare')).toBe('slower');
      expect(classOf(result, 'ranked')).toBe('moved');
    }
  });
});

describe('a function that got slower', () => {
  test.each<[string, string, Costs]>([
    ['that calls nothing', 'digits', { 'main>loop>write>format>digits': 4 }],
    ['that calls most of what is slow', 'search', { 'main>loop>search': 5 }],
  ])('by 20 %% of 2 %%, %s, is found about as often as without the guard', (_, name, change) => {
    const results = judged(40, { pairs: 60, base, head: plus(base, change) });
    const found = results.filter((result) => classOf(result, name) === 'slower');
    const withoutGuard = results.filter(
      (result) => found.includes(result) || codes(result).some((code) => /^(shift|cost)_/.test(code)),
    );
    expect(found.length).toBeGreaterThanOrEqual(32);
    expect(withoutGuard.length - found.length).toBeLessThanOrEqual(6);
    for (const result of results) expect(classOf(result, name)).not.toBe('moved');
  });

  test('is not excused by a saving elsewhere in the program', () => {
    const head = plus(base, { 'main>loop>write>format>digits': 10, 'main>loop>search>score': -60 });
    for (const result of judged(12, { pairs: 40, base, head })) {
      expect(result.verdict).toBe('fail');
      expect(classOf(result, 'digits')).toBe('slower');
      expect(classOf(result, 'score')).toBe('faster');
    }
  });

  test('is moved where something below the same caller got faster by as much', () => {
    const head = plus(base, { 'main>loop>search>sort>compare': 30, 'main>loop>search>sort': -30 });
    for (const result of judged(6, { pairs: 40, base, head })) {
      expect(result.verdict).not.toBe('fail');
      expect(classOf(result, 'compare')).toBe('moved');
    }
  });

  test('right below the root is not excused by the noise of the total', () => {
    const results = judged(20, {
      pairs: 32,
      noise: 2,
      base: plus(base, { 'main>tick': 40 }),
      head: plus(base, { 'main>tick': 60 }),
    });
    for (const result of results) expect(classOf(result, 'tick')).not.toBe('moved');
    expect(count(results, 'fail')).toBeGreaterThanOrEqual(18);
  });

  test('fails also where stacks lack their callers on one side, and costs that moved do not', () => {
    const cut = (costs: Costs): Costs => {
      const parts: Record<string, number> = {};
      for (const [way, cost] of Object.entries(costs)) {
        parts[way] = 0.7 * cost;
        parts[`incomplete>${way.split('>').slice(-2).join('>')}`] = 0.3 * cost;
      }
      return parts;
    };
    const slower = plus(base, { 'main>loop>search>sort>compare': 40 });
    const truth = { pairs: 32, noise: 0.5, base };
    for (const result of judged(6, { ...truth, head: cut(slower) })) {
      expect(classOf(result, 'compare')).toBe('slower');
      expect(result.verdict).toBe('fail');
    }
    for (const result of judged(6, { ...truth, head: cut(called(base, { score: 'ranked' })) })) {
      expect(classOf(result, 'ranked')).toBe('moved');
      expect(result.verdict).not.toBe('fail');
    }
  });
});

test('everything that gets slower alike is one uniform slowdown, and nothing moved', () => {
  const head = Object.fromEntries(Object.entries(base).map(([way, cost]) => [way, 1.2 * cost]));
  for (const result of judged(6, { pairs: 32, base, head })) {
    expect(result.verdict).toBe('fail');
    expect(codes(result)).toContain('uniform_slowdown');
    expect(codes(result).filter((code) => /^(shift|cost)_/.test(code))).toEqual([]);
  }
});
