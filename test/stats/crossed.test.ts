import { describe, expect, test } from '@jest/globals';
import { layoutDraw } from '../../src/experiment/layouts.js';
import { levelVariance } from '../../src/stats/crossed.js';
import { normalFrom, uniformFrom } from '../verdict/simulate.js';

/** Every row with every column once. */
const crossed = (count: number) => ({
  rows: Array.from({ length: count * count }, (_, k) => Math.floor(k / count)),
  columns: Array.from({ length: count * count }, (_, k) => k % count),
});

describe('the variance of a level', () => {
  test('of balanced data is that of the analysis of variance', () => {
    // Rows 0 and 6 apart, columns 0 and 2, one residual of ±1: mean squares of the levels 36 and 4, of the residual 4.
    const values = [0 + 1, 2 - 1, 6 - 1, 8 + 1];
    const found = levelVariance(values, crossed(2));
    // Pooled over rows and columns: ((36 + 4) / 2 − 4) / 2 values a level.
    expect(found?.variance).toBeCloseTo(8, 12);
    expect(found?.df).toBe(2);
    // Each of four levels is half of the values.
    expect(found?.ofMean).toBeCloseTo(1, 12);
  });

  test('does not depend on what all values have in common, and grows with the square of their scale', () => {
    const values = [1, 4, 2, 8, 5, 7, 3, 9, 6];
    const plain = levelVariance(values, crossed(3));
    const moved = levelVariance(
      values.map((value) => 100 - 3 * value),
      crossed(3),
    );
    for (const figure of ['variance', 'lower', 'upper'] as const) {
      expect(moved?.[figure]).toBeCloseTo(9 * Number(plain?.[figure]), 9);
    }
  });

  test('is unknown where no level recurs or there is only one', () => {
    expect(levelVariance([1, 2, 3, 4], { rows: [1, 2, 3, 4], columns: [4, 3, 2, 1] })).toBeNull();
    expect(levelVariance([1, 2, 3, 4], { rows: [1, 1, 1, 1], columns: [1, 1, 1, 1] })).toBeNull();
  });

  test('is estimated without bias, also from cells that occur unequally often, and its limits hold it', () => {
    const uniform = uniformFrom(7);
    const normal = normalFrom(uniform);
    const below = (limit: number) => Math.floor(uniform() * limit);
    for (const [pairs, sd] of [
      [10, 0.5],
      [23, 0.5],
      [23, 0],
    ] as const) {
      const found = Array.from({ length: 2000 }, () => {
        const draw = layoutDraw(4, below);
        const effect = {
          base: Array.from({ length: 5 }, () => sd * normal()),
          head: [0, 1, 2, 3, 4].map(() => sd * normal()),
        };
        const drawn = Array.from({ length: pairs }, () => draw() as { base: number; head: number });
        const values = drawn.map(
          ({ base, head }) => (effect.head[head] as number) - (effect.base[base] as number) + 0.4 * normal(),
        );
        const crossing = { rows: drawn.map(({ base }) => base), columns: drawn.map(({ head }) => head) };
        return levelVariance(values, crossing) as NonNullable<ReturnType<typeof levelVariance>>;
      });
      const mean = found.reduce((sum, { variance }) => sum + variance, 0) / found.length;
      expect(Math.abs(mean - sd ** 2)).toBeLessThan(0.015);
      expect(found.filter(({ upper }) => upper >= sd ** 2).length / found.length).toBeGreaterThan(0.93);
      expect(found.filter(({ lower }) => lower <= sd ** 2).length / found.length).toBeGreaterThan(0.93);
    }
  });
});
