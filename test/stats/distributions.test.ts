import { describe, expect, test } from '@jest/globals';
import jstat from 'jstat';
import { logGamma, regularisedBeta } from '../../src/stats/beta.js';
import { binomialUpperTail, sameRateP } from '../../src/stats/binomial.js';
import { normalSurvival, normalUpperQuantile } from '../../src/stats/normal.js';
import { studentSurvival, studentUpperQuantile } from '../../src/stats/student.js';

/** jStat's own error; closed forms and printed tables below are held to more. */
const oracleError = 1e-7;

/** Relative, because in a tail an absolute difference says nothing. */
function expectClose(actual: number, expected: number, relative: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThan(relative);
}

describe('gamma and beta', () => {
  test('ln Γ at whole and half numbers', () => {
    expectClose(logGamma(0.5), 0.5 * Math.log(Math.PI), 1e-13);
    expectClose(logGamma(11), Math.log(3628800), 1e-13);
    expectClose(logGamma(101), 363.7393755555635, 1e-13);
    expect(Math.abs(logGamma(1))).toBeLessThan(1e-14);
    expectClose(logGamma(0.1), 2.2527126517342055, 1e-13);
  });

  test('agrees with jStat over the plane', () => {
    for (const a of [0.5, 1, 2.5, 10, 80]) {
      for (const b of [0.5, 3, 20]) {
        for (const x of [0.01, 0.2, 0.5, 0.77, 0.99]) {
          expect(Math.abs(regularisedBeta(x, a, b) - jstat.ibeta(x, a, b))).toBeLessThan(oracleError);
        }
      }
    }
  });

  test('is symmetric and has closed forms', () => {
    for (const x of [0.001, 0.3, 0.9]) {
      expectClose(regularisedBeta(x, 4, 1), x ** 4, 1e-13);
      expectClose(regularisedBeta(x, 1, 4), 1 - (1 - x) ** 4, 1e-12);
      expectClose(regularisedBeta(x, 3.3, 7.1) + regularisedBeta(1 - x, 7.1, 3.3), 1, 1e-14);
    }
    expect(regularisedBeta(0, 2, 3)).toBe(0);
    expect(regularisedBeta(1, 2, 3)).toBe(1);
  });
});

describe('normal distribution', () => {
  test.each([
    [1, 1.5865525393145707e-1],
    [2, 2.2750131948179209e-2],
    [3, 1.3498980316300946e-3],
    [5, 2.8665157187919391e-7],
    [8, 6.220960574271785e-16],
    [20, 2.753624118606234e-89],
  ])('P(Z > %p)', (z, p) => {
    expectClose(normalSurvival(z), p, 1e-9);
    expect(normalSurvival(-z)).toBe(1 - normalSurvival(z));
  });

  test('has no seam where the series hands over to the continued fraction', () => {
    const slope = (normalSurvival(3) - normalSurvival(3 - 1e-6)) / 1e-6;
    expectClose(-slope, Math.exp(-4.5) / Math.sqrt(2 * Math.PI), 1e-5);
  });

  test.each([
    [0.05, 1.6448536269514722],
    [0.005, 2.5758293035489004],
    [1e-5, 4.264890793922825],
    [1e-8, 5.612001244174789],
    [0.975, -1.959963984540054],
  ])('upper quantile of %p', (p, z) => {
    expectClose(normalUpperQuantile(p), z, 1e-12);
  });

  test('the quantile inverts the survival function and is refused outside of (0, 1)', () => {
    for (let p = 1e-12; p < 1; p = p * 3 + 0.001) {
      if (p !== 0.5) expectClose(normalSurvival(normalUpperQuantile(p)), p, 1e-12);
    }
    expect(normalUpperQuantile(0.5)).toBe(0);
    expect(() => normalUpperQuantile(0)).toThrow(RangeError);
    expect(() => normalUpperQuantile(1)).toThrow(RangeError);
  });
});

describe("Student's t distribution", () => {
  // Printed tables: df, one-sided p, t.
  test.each([
    [1, 0.05, 6.313752],
    [1, 0.0005, 636.619249],
    [5, 0.025, 2.570582],
    [9, 0.005, 3.249836],
    [29, 0.01, 2.462021],
    [120, 0.0005, 3.373454],
  ])('df %p, p %p', (df, p, t) => {
    expectClose(studentUpperQuantile(p, df), t, 1e-6);
  });

  test('closed forms of one and two degrees of freedom, far into the tail', () => {
    for (const t of [0.3, 2, 50, 1e4, 1e7]) {
      expectClose(studentSurvival(t, 1), Math.atan2(1, t) / Math.PI, 1e-12);
      const root = Math.sqrt(2 + t * t);
      expectClose(studentSurvival(t, 2), 1 / (root * (root + t)), 1e-12);
    }
  });

  test('inverts down to 1e-8, also for fractional degrees of freedom', () => {
    for (const df of [1, 1.7, 5, 9.5, 35, 1000]) {
      for (const p of [0.4, 0.05, 1e-3, 1e-5, 1e-8]) {
        expectClose(studentSurvival(studentUpperQuantile(p, df), df), p, 1e-11);
      }
    }
  });

  test('agrees with jStat in the middle', () => {
    for (const df of [1, 3, 5.5, 20, 59]) {
      for (const t of [-4, -1, 0, 0.5, 2.2, 5]) {
        expect(Math.abs(studentSurvival(-t, df) - jstat.studentt.cdf(t, df))).toBeLessThan(oracleError);
      }
    }
  });

  test('becomes the normal distribution', () => {
    expectClose(studentUpperQuantile(1e-5, 1e6), normalUpperQuantile(1e-5), 1e-4);
    expect(studentSurvival(Number.POSITIVE_INFINITY, 5)).toBe(0);
  });
});

describe('binomial tails', () => {
  test('are sums of probabilities', () => {
    for (const [count, trials, p] of [
      [3, 10, 0.2],
      [10, 10, 0.4],
      [1, 30, 0.01],
      [40, 60, 0.5],
    ] as const) {
      let sum = 0;
      for (let k = count; k <= trials; k++) sum += jstat.binomial.pdf(k, trials, p);
      expectClose(binomialUpperTail(count, trials, p), sum, 1e-9);
    }
    expect(binomialUpperTail(0, 10, 0.5)).toBe(1);
    expect(binomialUpperTail(11, 10, 0.5)).toBe(0);
  });

  test('two counts of the same rate', () => {
    expect(sameRateP(0, 1000, 0, 1000)).toBe(1);
    expect(sameRateP(50, 1000, 50, 1000)).toBe(1);
    expectClose(sameRateP(10, 1000, 0, 1000), 2 / 2 ** 10, 1e-12);
    expect(sameRateP(10, 1000, 0, 1000)).toBe(sameRateP(0, 1000, 10, 1000));
    expectClose(sameRateP(20, 2000, 10, 1000), 1, 1e-12);
  });
});
