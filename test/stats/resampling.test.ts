import { describe, expect, test } from '@jest/globals';
import { autocorrelation, blockLength } from '../../src/stats/autocorrelation.js';
import { upperProportion } from '../../src/stats/proportion.js';
import { binomial, uniformFrom } from '../../src/stats/random.js';
import { equalMeansP } from '../../src/stats/welch.js';

describe('upperProportion', () => {
  test('without a hit it is 1 − α^(1/n), the rule of three', () => {
    expect(upperProportion(0, 1000, 0.05)).toBeCloseTo(1 - 0.05 ** (1 / 1000), 12);
    expect(upperProportion(0, 60, 0.05)).toBeCloseTo(0.0487, 5);
  });

  test('published limits: two-sided 95 % of 10 in 100 is 0.1762', () => {
    expect(upperProportion(10, 100, 0.025)).toBeCloseTo(0.1762, 4);
  });

  test('of all or of nothing it is 1', () => {
    expect(upperProportion(5, 5, 0.05)).toBe(1);
    expect(upperProportion(0, 0, 0.05)).toBe(1);
  });
});

describe('binomial', () => {
  test.each([
    [20, 0.3],
    [5, 0.9],
    [400, 0.02],
    [5000, 0.8],
  ])('of %d with probability %d has its mean and variance', (count, probability) => {
    const uniform = uniformFrom(11);
    const drawn = Array.from({ length: 20_000 }, () => binomial(count, probability, uniform));
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length;
    const expected = count * probability * (1 - probability);
    // Five standard errors each.
    expect(Math.abs(mean - count * probability)).toBeLessThan(5 * Math.sqrt(expected / drawn.length));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.06);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(count);
  });
});

describe('autocorrelation', () => {
  test('of an autoregressive series is its coefficient', () => {
    const uniform = uniformFrom(2);
    const values = [0];
    for (let i = 1; i < 5000; i++) values.push(0.7 * (values[i - 1] as number) + uniform() - 0.5);
    expect(autocorrelation(values)).toBeCloseTo(0.7, 1);
    expect(autocorrelation([1, 1, 1, 1])).toBe(0);
  });

  test('longer blocks for series that remember longer', () => {
    expect(blockLength(0, 60)).toBe(1);
    expect(blockLength(0.5, 60)).toBe(Math.ceil(((6 * 0.25) / 0.75 ** 2) ** (1 / 3) * 60 ** (1 / 3)));
    expect(blockLength(0.99, 60)).toBe(12);
  });
});

describe('equalMeansP', () => {
  const group = (mean: number, standardError: number, df: number) => ({ mean, standardError, df });

  test('of two groups is the two-sided Welch t test', () => {
    // t = 2.5 / √(1 + 0.25) = 2.23607, Welch–Satterthwaite df = 1.25² / (1/9 + 0.0625/19) = 13.66: p = 0.0426.
    expect(equalMeansP([group(10, 1, 9), group(12.5, 0.5, 19)])).toBeCloseTo(0.0426, 3);
  });

  test('equal means agree, means far apart do not', () => {
    expect(equalMeansP([group(1, 0.1, 9), group(1, 0.3, 9), group(1, 0.2, 9)])).toBeCloseTo(1, 10);
    expect(equalMeansP([group(1, 0.1, 9), group(2, 0.1, 9), group(1, 0.1, 9)])).toBeLessThan(1e-4);
    expect(equalMeansP([group(1, 0.1, 9)])).toBe(1);
  });

  test('with the same mean it is below 5 % in 5 % of draws', () => {
    const uniform = uniformFrom(4);
    const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    let rejected = 0;
    for (let round = 0; round < 4000; round++) {
      const groups = [1, 3, 0.5].map((sd) => {
        const values = Array.from({ length: 12 }, () => sd * normal());
        const mean = values.reduce((sum, value) => sum + value, 0) / 12;
        const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
        return group(mean, Math.sqrt(squares / 11 / 12), 11);
      });
      if (equalMeansP(groups) < 0.05) rejected++;
    }
    expect(rejected / 4000).toBeGreaterThan(0.035);
    expect(rejected / 4000).toBeLessThan(0.065);
  });
});
