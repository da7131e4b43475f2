import { describe, expect, test } from '@jest/globals';
import { type Capture, environmentSchema } from '../../src/bundle/schema.js';
import { readEnvironment } from '../../src/experiment/environment.js';
import { randomOrder } from '../../src/experiment/order.js';
import { progressLine } from '../../src/experiment/progress.js';
import { automaticRate } from '../../src/experiment/rate.js';

describe('the sampling rate', () => {
  test.each([
    [0.2, 997],
    [5, 997],
    [8, 997],
    [10, 797],
    [20, 397],
    [60, 131],
    [600, 99],
  ])('of a capture of %d s', (seconds, rate) => expect(automaticRate(seconds)).toBe(rate));
});

describe('the order', () => {
  test('follows the coin in the first pair of two and goes the other way in the second', () => {
    const draws = [0, 1];
    const order = randomOrder(() => draws.shift() as number);
    expect([order(), order(), order(), order()]).toEqual([
      ['base', 'head'],
      ['head', 'base'],
      ['head', 'base'],
      ['base', 'head'],
    ]);
  });

  test('is fair in the first pair of two', () => {
    const order = randomOrder();
    const firsts = Array.from({ length: 4000 }, order).filter((_, index) => index % 2 === 0);
    const baseFirst = firsts.filter(([first]) => first === 'base').length;
    // Ten standard deviations.
    expect(Math.abs(baseFirst - 1000)).toBeLessThan(224);
  });
});

test('the environment fits its schema', () => {
  const environment = readEnvironment('0', '1');
  expect(environmentSchema.parse(environment)).toEqual(environment);
  expect(environment).toMatchObject({ serviceCpus: '0', loadCpus: '1', node: process.version });
});

describe('a line of progress', () => {
  const capture = (more: Partial<Capture>, cpuNanoseconds: number): Capture =>
    ({ side: 'head', pair: 3, units: 0, errors: 0, ...more, summary: { cpuNanoseconds } }) as Capture;

  test.each([
    [
      capture({ units: 12_345 }, 1_002_414_000),
      250,
      'api  pair  3/60  head  12,345 units  81.2 µs CPU/unit  at most 4m10s left',
    ],
    [
      capture({ units: 4, errors: 2, side: 'base' }, 2e10),
      9.1,
      'api  pair  3/60  base  4 units  5.00 s CPU/unit  2 errors  at most 10s left',
    ],
    [capture({}, 1e9), null, 'api  pair  3/60  head  0 units  no unit of work done'],
    [capture({ units: 1e7 }, 1e9), null, 'api  pair  3/60  head  10,000,000 units  100 ns CPU/unit'],
  ])('%#', (taken, secondsLeft, line) => {
    expect(progressLine({ workload: 'api', capture: taken, mostPairs: 60, secondsLeft })).toBe(line);
  });
});
