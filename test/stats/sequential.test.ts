import { describe, expect, test } from '@jest/globals';
import { normalDensity, normalSurvival, normalUpperQuantile } from '../../src/stats/normal.js';
import { nominalLevels } from '../../src/stats/sequential.js';
import { normalFrom, uniformFrom } from '../verdict/simulate.js';

const looks = [10, 16, 24, 32, 40, 50, 60].map((n) => n / 60);

/** P(X > a and Y > b) of standard normals with that correlation, by the trapezoidal rule over X. */
function bothBeyond([a, b]: [number, number], correlation: number): number {
  const step = 1e-3;
  let sum = 0;
  for (let x = a; x < a + 8; x += step) {
    const weight = x === a ? 0.5 : 1;
    const beyond = normalSurvival((b - correlation * x) / Math.sqrt(1 - correlation ** 2));
    sum += weight * step * normalDensity(x) * beyond;
  }
  return sum;
}

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

  describe('with a clock of its own for what is spent', () => {
    test('are the same when it goes with the information, in whatever unit that is', () => {
      const pairs = looks.map((t) => t * 60);
      const byFraction = nominalLevels(0.005, looks);
      for (const [index, level] of nominalLevels(0.005, pairs, looks).entries()) {
        expect(Math.abs(level / (byFraction[index] as number) - 1)).toBeLessThan(1e-9);
      }
    });

    test('are those of Lan and DeMets: the first look spends what is due, the last all of the rest', () => {
      const [first = 0, last = 0] = nominalLevels(0.025, [30, 70], [0.4, 1]);
      expect(first).toBeCloseTo(0.025 * 0.16, 12);
      // Of two looks the second boundary is that of a bivariate normal: by inclusion and exclusion.
      const boundaries = [first, last].map(normalUpperQuantile) as [number, number];
      const both = bothBeyond(boundaries, Math.sqrt(30 / 70));
      expect(first + last - both).toBeCloseTo(0.025, 7);
    });

    test('cost no more than α in all when looks come by the clock and pairs by chance', () => {
      const uniform = uniformFrom(11);
      const normal = normalFrom(uniform);
      const schedules = 20;
      const paths = 500;
      let crossed = 0;
      for (let schedule = 0; schedule < schedules; schedule++) {
        const pairs: number[] = [];
        for (const _ of [0, 1, 2, 3]) pairs.push((pairs.at(-1) ?? 4) + 1 + Math.floor(12 * uniform()));
        const boundaries = nominalLevels(0.05, pairs, [0.3, 0.5, 0.8, 1]).map(normalUpperQuantile);
        for (let path = 0; path < paths; path++) {
          let sum = 0;
          const isBeyond = (n: number, look: number): boolean => {
            sum += Math.sqrt(n - (pairs[look - 1] ?? 0)) * normal();
            return sum / Math.sqrt(n) > (boundaries[look] as number);
          };
          if (pairs.some(isBeyond)) crossed++;
        }
      }
      const all = schedules * paths;
      expect(Math.abs(crossed / all - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / all));
    });
  });

  test('refuses a schedule that does not ascend', () => {
    expect(() => nominalLevels(0.05, [0.5, 0.5])).toThrow(RangeError);
    expect(() => nominalLevels(0.05, [0.5, 1.1])).toThrow(RangeError);
    expect(() => nominalLevels(0.05, [10, 10], [0.5, 1])).toThrow(RangeError);
    expect(() => nominalLevels(0.05, [10, 20], [0.5, 0.5])).toThrow(RangeError);
    expect(() => nominalLevels(0.05, [10, 20], [1])).toThrow(RangeError);
  });
});
