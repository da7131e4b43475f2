import { describe, expect, test } from '@jest/globals';
import { type Capture, environmentSchema } from '../../src/bundle/schema.js';
import { readEnvironment } from '../../src/experiment/environment.js';
import { randomOrder } from '../../src/experiment/order.js';
import { progressLine } from '../../src/experiment/progress.js';
import { automaticRate } from '../../src/experiment/rate.js';

describe('the sampling rate', () => {
  test.each([
    [0.2, 1, 3989],
    [2, 1, 3989],
    [5, 1, 1597],
    [10, 1, 797],
    [20, 1, 397],
    [5, 4, 397],
    [2, 0, 3989],
    [60, 1, 131],
    [600, 1, 99],
  ])('of a capture of %d s with %d busy CPUs', (seconds, busy, rate) =>
    expect(automaticRate(seconds, busy, 100_000)).toBe(rate),
  );

  test.each([
    // The limit less what a redrawn period may add.
    [1000, 797],
    [4000, 3191],
    // Not below what tells anything at all.
    [50, 99],
  ])('is within a kernel limit of %d Hz', (limit, rate) => expect(automaticRate(1, 1, limit)).toBe(rate));
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
      { earliest: 30.2, latest: 250 },
      'api  pair  3/60  head  12,345 units  81.2 µs CPU/unit  verdict in 31s to 4m10s',
    ],
    [
      capture({ units: 4, errors: 2, side: 'base' }, 2e10),
      { earliest: 9.1, latest: 9.1 },
      'api  pair  3/60  base  4 units  5.00 s CPU/unit  2 errors  verdict in 10s',
    ],
    [
      capture({}, 1e9),
      { earliest: 0, latest: 60 },
      'api  pair  3/60  head  0 units  no unit of work done  verdict in 0s to 1m00s',
    ],
    [
      capture({ units: 1e7 }, 1e9),
      { earliest: 1, latest: 2 },
      'api  pair  3/60  head  10,000,000 units  100 ns CPU/unit  verdict in 1s to 2s',
    ],
  ])('%#', (taken, eta, line) => {
    expect(progressLine({ workload: 'api', capture: taken, mostPairs: 60, eta })).toBe(line);
  });
});
