import { describe, expect, test } from '@jest/globals';
import { anotherFits, planLooks, spendingTimes } from '../../src/bundle/schedule.js';
import type { Capture } from '../../src/bundle/schema.js';
import { policy } from '../verdict/simulate.js';

describe('planned looks', () => {
  test.each([
    ['the usual pairs', 60, 60, [10, 16, 24, 32, 40, 50, 60]],
    ['more pairs', 120, 200, [10, 20, 32, 48, 64, 80, 100, 120]],
    [
      'a budget for fewer pairs, with more looks should it allow them',
      60,
      23,
      [10, 12, 15, 19, 23, 29, 37, 47, 59, 60],
    ],
    ['a short run', 12, 12, [9, 12]],
    ['a shorter one', 9, 9, [7, 9]],
    ['a budget for the fewest pairs', 60, 5, [4, 5, 7, 9, 12, 15, 19, 24, 30, 38, 48, 60]],
    ['a budget for none', 60, 0, [4, 5, 7, 9, 12, 15, 19, 24, 30, 38, 48, 60]],
    ['the fewest pairs of all', 1, 100, [1]],
  ])('for %s', (_what, most, expected, looks) => expect(planLooks(most, expected)).toEqual(looks));

  test('ascend, begin with eight to ten pairs where there is time, and end with the most pairs', () => {
    for (let most = 4; most <= 1000; most += 41) {
      for (let expected = 1; expected <= 1100; expected += 23) {
        const looks = planLooks(most, expected);
        expect(looks).toEqual([...new Set(looks)].sort((a, b) => a - b));
        expect(looks.length).toBeLessThanOrEqual(64);
        expect(looks.at(-1)).toBe(most);
        const allowed = Math.min(most, expected);
        if (allowed >= 10) expect(looks[0]).toBeGreaterThanOrEqual(8);
        expect(looks[0]).toBeLessThanOrEqual(10);
        if (allowed >= 4) expect(looks[0]).toBeLessThanOrEqual(allowed);
      }
    }
  });
});

describe('the spending time', () => {
  const pairsEnding = (...ends: (number | undefined)[]): Capture[][] =>
    ends.map((endSeconds) => [{}, endSeconds === undefined ? {} : { endSeconds }] as Capture[]);
  const complete = (...ends: number[]): Capture[][] =>
    ends.map((end) => [{ endSeconds: end - 1 }, { endSeconds: end }] as Capture[]);
  const short = { ...policy, looks: [4, 8] };

  test('goes by pairs without a budget, or where a bundle does not say when', () => {
    expect(spendingTimes({ policy: short }, complete(10, 20))).toEqual([1 / 8, 2 / 8]);
    const pacing = { budgetSeconds: 20, pairSeconds: 10 };
    expect(spendingTimes({ policy: short, pacing }, pairsEnding(10, undefined))).toEqual([1 / 8, 2 / 8]);
  });

  test('goes by the budget where that is further, and is over when no other pair fits', () => {
    const pacing = { budgetSeconds: 50, pairSeconds: 10 };
    expect(spendingTimes({ policy: short, pacing }, complete(12, 22, 32, 42))).toEqual([
      12 / 50,
      22 / 50,
      32 / 50,
      1,
    ]);
  });

  test('goes by pairs where those are further', () => {
    const pacing = { budgetSeconds: 1000, pairSeconds: 10 };
    expect(spendingTimes({ policy: { ...policy, looks: [2] }, pacing }, complete(12, 22))).toEqual([0.5, 1]);
  });

  test('never goes back, whatever a bundle says', () => {
    const pacing = { budgetSeconds: 100, pairSeconds: 1 };
    const times = spendingTimes({ policy: short, pacing }, complete(60, 5, 7));
    expect(times).toEqual([0.6, 0.6, 0.6]);
  });

  test('another pair fits when it ends within the budget', () => {
    expect(anotherFits(30, 20, 10)).toBe(true);
    expect(anotherFits(30, 20, 10.1)).toBe(false);
  });
});
