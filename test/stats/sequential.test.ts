import { describe, expect, test } from '@jest/globals';
import { normalUpperQuantile } from '../../src/stats/normal.js';
import { nominalLevels } from '../../src/stats/sequential.js';
import { normalFrom, uniformFrom } from '../verdict/simulate.js';

const looks = [10, 16, 24, 32, 40, 50, 60].map((n) => n / 60);

describe('nominal levels', () => {
  // Computed independently: the nominal one-sided p at pairs 10, 16, 24, 32, 40, 50, 60.
  test.each([
    [0.005, ['1.39e-4', '2.53e-4', '5.41e-4', '8.81e-4', '1.30e-3', '2.06e-3', '2.90e-3']],
    [0.05, ['1.39e-3', '2.69e-3', '5.89e-3', '9.96e-3', '1.52e-2', '2.44e-2', '3.53e-2']],
    [0.01, ['2.78e-4', '5.14e-4', '1.11e-3', '1.82e-3', '2.71e-3', '4.31e-3', '6.10e-3']],
  ])('of the default looks at %p', (alpha, expected) => {
    expect(nominalLevels(alpha, looks).map((p) => p.toExponential(2))).toEqual(expected);
  });

  test('a single look spends what is due at its information', () => {
    expect(nominalLevels(0.05, [1])[0]).toBeCloseTo(0.05, 12);
    expect(nominalLevels(0.05, [0.5])[0]).toBeCloseTo(0.0125, 12);
  });

  test('later looks do not change earlier levels', () => {
    const early = nominalLevels(0.01, looks.slice(0, 3));
    for (const [index, level] of nominalLevels(0.01, looks).slice(0, 3).entries()) {
      expect(Math.abs(level / (early[index] as number) - 1)).toBeLessThan(1e-6);
    }
  });

  test('a crowded schedule costs no more than α in all', () => {
    const crowded = Array.from({ length: 30 }, (_, index) => (index + 1) / 30);
    const boundaries = nominalLevels(0.05, crowded).map(normalUpperQuantile);
    const normal = normalFrom(uniformFrom(7));
    const paths = 10_000;
    let crossed = 0;
    for (let path = 0; path < paths; path++) {
      let sum = 0;
      for (const [index, boundary] of boundaries.entries()) {
        sum += normal();
        if (sum / Math.sqrt(index + 1) > boundary) {
          crossed++;
          break;
        }
      }
    }
    // Four standard errors of the simulation.
    expect(Math.abs(crossed / paths - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / paths));
  });

  test('refuses a schedule that does not ascend', () => {
    expect(() => nominalLevels(0.05, [0.5, 0.5])).toThrow(RangeError);
    expect(() => nominalLevels(0.05, [0.5, 1.1])).toThrow(RangeError);
  });
});
