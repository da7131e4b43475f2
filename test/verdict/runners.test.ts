/** Several runners in one bundle: strata of one verdict. */
import { describe, expect, test } from '@jest/globals';
import { completePairs } from '../../src/verdict/captures/pairs.js';
import { totalLogChange } from '../../src/verdict/total/runners.js';
import { logChanges, meanLogChange } from '../../src/verdict/total/total.js';
import { program, simulate } from './simulate.js';
import { merged } from './simulateRunners.js';

describe('the total of several runners', () => {
  test('is not moved by one being three times as slow', () => {
    const { result } = merged([
      { seed: 1, change: 0 },
      { seed: 2, change: 0, slowness: 3 },
    ]);
    expect(result.verdict).toBe('pass');
    expect(Math.abs(result.total.estimate)).toBeLessThan(0.01);
    expect(result.reasons.at(-1)).toMatchObject({
      code: 'runners_agree',
      message: expect.stringMatching(/on runner 1 \(10 pairs\), .* on runner 2 \(10 pairs\)/),
    });
  });

  test('a slowdown on all of them is proven by them together', () => {
    const { result } = merged([
      { seed: 3, change: 0.06, pairs: 5, noise: 0.4 },
      { seed: 4, change: 0.06, pairs: 5, noise: 0.4 },
      { seed: 5, change: 0.06, pairs: 6, noise: 0.4 },
    ]);
    expect(result.verdict).toBe('fail');
    expect(result.pairs).toBe(16);
    expect(result.total.lower).toBeGreaterThan(0.02);
  });

  test('with a difference between them the standard error is that of each, not of the difference', () => {
    const { pairs } = merged([
      { seed: 6, change: 0 },
      { seed: 7, change: 0.3 },
    ]);
    const stratified = totalLogChange(pairs);
    const pooled = meanLogChange(logChanges(pairs));
    expect(stratified.mean).toBeCloseTo(Math.log(1.3) / 2, 2);
    expect(stratified.standardError).toBeLessThan(pooled.standardError / 3);
    expect(stratified.leaveOneOut).toHaveLength(20);
    const average = stratified.leaveOneOut.reduce((sum, one) => sum + one, 0) / 20;
    expect(average).toBeCloseTo(stratified.mean, 3);
  });

  test('a pass on average is none when the runners disagree', () => {
    const { result } = merged([
      { seed: 8, change: 0.04 },
      { seed: 9, change: -0.04 },
    ]);
    expect(result.verdict).toBe('inconclusive');
    expect(result.reasons).toMatchObject([
      { code: 'runners_disagree', message: expect.stringContaining("Judge each runner's bundle by itself") },
    ]);
  });

  test('a noisy runner counts by its pairs, with its own noise', () => {
    const { pairs } = merged([
      { seed: 10, change: 0, noise: 0.05 },
      { seed: 11, change: 0, noise: 2 },
    ]);
    const noisy = meanLogChange(logChanges(pairs.slice(10)));
    const { standardError, df } = totalLogChange(pairs);
    expect(standardError).toBeGreaterThan(0.5 * noisy.standardError * 0.99);
    // Nearly all of the variance is the noisy runner's, and so are the degrees of freedom.
    expect(df).toBeLessThan(1.1 * noisy.df);
  });

  test('a runner with too few pairs for a standard error allows no claim', () => {
    const { result } = merged([
      { seed: 12, change: 0.5 },
      { seed: 13, change: 0.5, pairs: 2 },
    ]);
    expect(result.total.lower).toBeNull();
    expect(result.verdict).toBe('inconclusive');
  });
});

test('without runners it is the plain trimmed mean', () => {
  const { workload } = simulate({ seed: 1, pairs: 12, base: program(5), head: program(5) });
  const pairs = completePairs(workload.captures);
  expect(totalLogChange(pairs)).toEqual(meanLogChange(logChanges(pairs)));
});
