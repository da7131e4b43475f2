import { describe, expect, test } from '@jest/globals';
import jstat from 'jstat';
import { jointDf, squeezed, variancePrior } from '../../src/stats/dispersion.js';
import { benjaminiHochberg } from '../../src/stats/falseDiscovery.js';
import { fisherSurvival } from '../../src/stats/fisher.js';
import { holm } from '../../src/stats/holm.js';
import { digamma, tetragamma, trigamma, trigammaInverse } from '../../src/stats/polygamma.js';
import { studentSurvival } from '../../src/stats/student.js';
import { normalFrom, uniformFrom } from '../verdict/simulate.js';

function expectClose(actual: number, expected: number, relative: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThan(relative);
}

describe('polygamma functions', () => {
  // Computed with 30 digits by another library.
  test.each([
    [0.01, -100.56088545786868, 10001.621213528313, -2000002.3403986772],
    [0.3, -3.502524222200133, 12.24536454610773, -75.27253658872603],
    [1, -0.5772156649015329, 1.6449340668482264, -2.4041138063191885],
    [2.5, 0.7031566406452432, 0.49035775610023485, -0.2362040516417274],
    [9, 2.14064147795561, 0.11751201469403143, -0.013793319195767774],
    [15.9, 2.734543070175774, 0.06491228159906011, -0.004212128690139697],
    [16, 2.7410133283274605, 0.06449378340323936, -0.004158010123958962],
    [1e6, 13.815510057964191, 1.0000005000001665e-6, -1.0000010000005e-12],
  ])('at %p', (x, first, second, third) => {
    expectClose(digamma(x), first, 1e-13);
    expectClose(trigamma(x), second, 1e-13);
    expectClose(tetragamma(x), third, 1e-13);
  });

  test('ψ′ at one half is π²/2, and 1/x² apart at x and x + 1', () => {
    expectClose(trigamma(0.5), Math.PI ** 2 / 2, 1e-14);
    for (const x of [0.2, 3, 15.5, 40]) expectClose(trigamma(x) - trigamma(x + 1), 1 / x ** 2, 1e-11);
  });

  // The first three arguments are those of limma’s own test; computed with 30 digits.
  test.each([
    [1e-6, 1000000.4999999166],
    [5, 0.49616873470410694],
    [1e6, 0.0010000008212676086],
    [0.25, 4.479394211649118],
    [1.7, 0.977781320451223],
  ])('ψ′ is inverted at %p', (y, x) => expectClose(trigammaInverse(y), x, 1e-12));

  test('and over its whole range', () => {
    for (let y = 1e-18; y < 1e18; y *= 7) expectClose(trigamma(trigammaInverse(y)), y, 1e-11);
  });
});

describe('F distribution', () => {
  // Printed tables: the upper 5 % and 1 % points.
  test.each([
    [4.9646, 1, 10, 0.05],
    [3.0204, 9, 10, 0.05],
    [1.8799, 9, 1e9, 0.05],
    [3.1373, 10, 9, 0.05],
    [5.2565, 10, 9, 0.01],
  ])('P(F > %p) with %p and %p', (ratio, df1, df2, p) => {
    expectClose(fisherSurvival(ratio, df1, df2), p, 1e-3);
  });

  test('is the square of Student’s t, and scaled χ² where the other variance is known', () => {
    for (const t of [0.4, 2, 6]) expectClose(fisherSurvival(t * t, 1, 7), 2 * studentSurvival(t, 7), 1e-12);
    for (const ratio of [0.5, 1.2, 2]) {
      const known = fisherSurvival(ratio, 9, Number.POSITIVE_INFINITY);
      expectClose(known, 1 - jstat.chisquare.cdf(9 * ratio, 9), 1e-3);
    }
    expect(fisherSurvival(0, 3, 3)).toBe(1);
  });
});

describe('the prior of variances', () => {
  const variances = [0.2, 0.5, 0.9, 1.1, 1.4, 2.5, 3.1, 7];

  test('follows limma’s formulas, recomputed with 30 digits', () => {
    const prior = variancePrior(variances, 4);
    expectClose(prior.df, 4.333044175510009, 1e-12);
    expectClose(prior.variance, 1.3156760020636469, 1e-12);
    const posterior = [
      0.7801329382971025, 0.924137935117674, 1.116144597545103, 1.212147928758817, 1.356152925579388,
      1.884171247254817, 2.17218124089596, 4.044246199563388,
    ];
    for (const [index, variance] of variances.entries()) {
      const { variance: shrunk, df } = squeezed({ variance, df: 4 }, prior);
      expectClose(shrunk, posterior[index] as number, 1e-12);
      expectClose(df, prior.df + 4, 1e-14);
    }
  });

  test('is their mean where they are more alike than chance makes equal ones', () => {
    const alike = [0.8, 0.9, 1, 1.1, 1.2, 1.3];
    const prior = variancePrior(alike, 9);
    expect(prior.df).toBe(Number.POSITIVE_INFINITY);
    expectClose(prior.variance, 1.05, 1e-14);
    expect(squeezed({ variance: 0.8, df: 9 }, prior)).toEqual(prior);
  });

  test('finds what made the variances', () => {
    const uniform = uniformFrom(11);
    const normal = normalFrom(uniform);
    const chiSquare = (df: number) => {
      let sum = 0;
      for (let i = 0; i < df; i++) sum += normal() ** 2;
      return sum;
    };
    const drawn = Array.from({ length: 4000 }, () => ((2.5 * 12) / chiSquare(12)) * (chiSquare(9) / 9));
    const prior = variancePrior(drawn, 9);
    expectClose(prior.variance, 2.5, 0.05);
    expectClose(prior.df, 12, 0.15);
  });

  test('says nothing of one variance, of none, and of none but zeros', () => {
    expect(variancePrior([], 9).df).toBe(0);
    expect(variancePrior([3, Number.POSITIVE_INFINITY], 9)).toEqual({ variance: 3, df: 0 });
    expect(variancePrior([0, 0, 0], 9).df).toBe(0);
    expect(squeezed({ variance: 3, df: 9 }, variancePrior([3], 9))).toEqual({ variance: 3, df: 9 });
  });

  test('leaves an outlier its own', () => {
    const prior = variancePrior([0.9, 1.3, 1.1, 0.7, 1.5, 1, 0.8, 1.2], 9);
    expect(squeezed({ variance: 6, df: 9 }, prior)).toEqual({ variance: 6, df: 9 });
    expect(squeezed({ variance: 0.1, df: 9 }, prior).variance).toBeGreaterThan(0.5);
  });
});

describe('degrees of freedom of a sum', () => {
  test('are those of the one part that matters, and of both where they are alike', () => {
    expect(jointDf([{ variance: 1, df: 5 }])).toBe(5);
    expectClose(
      jointDf([
        { variance: 2, df: 7 },
        { variance: 2, df: 7 },
      ]),
      14,
      1e-14,
    );
    expectClose(
      jointDf([
        { variance: 1, df: 4 },
        { variance: 1, df: Number.POSITIVE_INFINITY },
      ]),
      16,
      1e-14,
    );
  });
});

describe('Benjamini and Hochberg', () => {
  // The fifteen p-values of the original paper's section 3.2, where four are picked at q = .05.
  const paper = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
    0.759, 1,
  ];

  test('picks the four of the paper, and Holm the three of Bonferroni', () => {
    expect(benjaminiHochberg(paper).filter((q) => q <= 0.05).length).toBe(4);
    expect(holm(paper).filter((p) => p <= 0.05).length).toBe(3);
  });

  test('steps up, whatever the order', () => {
    expect(benjaminiHochberg([0.01, 0.04, 0.03, 0.005])).toEqual([0.02, 0.04, 0.04, 0.02]);
    expect(benjaminiHochberg([])).toEqual([]);
    expect(benjaminiHochberg([0.9, 1])).toEqual([1, 1]);
  });
});
