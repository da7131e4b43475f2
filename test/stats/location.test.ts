import { describe, expect, test } from '@jest/globals';
import { mean, sampleVariance } from 'simple-statistics';
import { holm } from '../../src/stats/holm.js';
import { jackknifeVariance } from '../../src/stats/jackknife.js';
import { pairsToProve, provableDistance, sufficientStandardError } from '../../src/stats/power.js';
import { trimmedMean } from '../../src/stats/yuen.js';

describe('trimmed mean', () => {
  test('of ten values, by hand', () => {
    // Cut 1, 2 and 9, 100; keep 3…8: mean 5.5. Winsorised: 3 3 3 4 5 6 7 8 8 8, mean 5.5, sum of squares 42.5.
    const { mean: location, standardError, df } = trimmedMean([100, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(location).toBe(5.5);
    expect(standardError).toBeCloseTo(Math.sqrt(42.5 / 30), 14);
    expect(df).toBe(5);
  });

  test('is the plain mean with its standard error where nothing is cut', () => {
    const values = [0.3, -1.2, 4.4, 2.5];
    const { mean: location, standardError, df } = trimmedMean(values);
    expect(location).toBeCloseTo(mean(values), 14);
    expect(standardError).toBeCloseTo(Math.sqrt(sampleVariance(values) / 4), 14);
    expect(df).toBe(3);
  });

  test('moves with the data, scales with them, and ignores a wild value', () => {
    const values = [0.1, 0.5, -0.2, 0.9, 0.3, 0.4, -0.6, 0.2, 0.7, 0];
    const plain = trimmedMean(values);
    const moved = trimmedMean(values.map((value) => 2 * value + 3));
    expect(moved.mean).toBeCloseTo(2 * plain.mean + 3, 12);
    expect(moved.standardError).toBeCloseTo(2 * plain.standardError, 12);
    const wild = trimmedMean(values.map((value) => (value === 0.9 ? 1e9 : value)));
    expect(wild).toEqual(plain);
    expect(() => trimmedMean([1])).toThrow(RangeError);
  });
});

describe('Holm', () => {
  test('steps down and never decreases', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});

describe('jackknife', () => {
  test('of a mean is its squared standard error', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6];
    const sum = values.reduce((a, b) => a + b, 0);
    const without = values.map((value) => (sum - value) / (values.length - 1));
    expect(jackknifeVariance(without)).toBeCloseTo(sampleVariance(values) / values.length, 14);
  });

  test('is infinite where it says nothing', () => {
    expect(jackknifeVariance([1])).toBe(Number.POSITIVE_INFINITY);
    expect(jackknifeVariance([1, Number.NEGATIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('power', () => {
  test('pairs for a pass and for a fail', () => {
    // 1.15 ((1.645 + 1.28) 2 % / ln 1.02)² and 1.15 ((2.576 + 1.28) 2 % / ln(1.05/1.02))².
    expect(pairsToProve(0.02, Math.log(1.02), 0.05)).toBeCloseTo(10.04, 1);
    expect(pairsToProve(0.02, Math.log(1.05 / 1.02), 0.005)).toBeCloseTo(8.14, 1);
    expect(pairsToProve(0.02, 0, 0.05)).toBe(Number.POSITIVE_INFINITY);
  });

  test('a distance and the standard error that proves it belong together', () => {
    const distance = provableDistance(0.02, 15, 1e-4);
    expect(sufficientStandardError(distance, 15, 1e-4)).toBeCloseTo(0.02, 14);
  });
});
