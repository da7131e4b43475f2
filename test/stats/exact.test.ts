import { describe, expect, test } from '@jest/globals';
import { exp, expm1, log, log1p } from '../../src/stats/exact.js';
import { uniformFrom } from '../verdict/simulate.js';

const own = { exp, expm1, log, log1p };

/** Distance in units of the last digit of what the engine says, which is itself off by one at most. */
function ulps(value: number, reference: number): number {
  if (Object.is(value, reference)) return 0;
  return Math.abs(value - reference) / Math.max(Number.MIN_VALUE, Math.abs(reference) * Number.EPSILON);
}

const uniform = uniformFrom(4);
const between = (low: number, high: number) =>
  Array.from({ length: 5000 }, () => low + (high - low) * uniform());
const tiny = Array.from({ length: 3000 }, () => (uniform() - 0.5) * 10 ** (-16 * uniform()));
const positive = Array.from({ length: 5000 }, () => 10 ** (600 * uniform() - 300));

describe.each([
  ['exp', [...between(-700, 709), ...between(-2, 2), ...tiny]],
  ['expm1', [...between(-60, 100), ...between(-1, 1), ...tiny]],
  ['log', [...positive, ...between(0.5, 2), 5e-324, 1e-310, Number.MAX_VALUE]],
  ['log1p', [...positive, ...between(-0.99999, 2), ...tiny]],
] as const)('%s', (name, values) => {
  test('is right to the last digits everywhere', () => {
    const errors = values.map((x) => ulps(own[name](x), Math[name](x)));
    expect(Math.max(...errors)).toBeLessThanOrEqual(3);
    expect(errors.filter((error) => error > 1).length / errors.length).toBeLessThan(0.02);
  });

  test.each([
    0,
    -0,
    1,
    -1,
    -2,
    1000,
    -1000,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    709.7,
    710,
    -745.1,
    -746,
  ])('of %p is what the language says', (x) => {
    const [value, reference] = [own[name](x), Math[name](x)];
    if (Number.isFinite(reference) && Math.abs(reference) > 1e-300) {
      expect(ulps(value, reference)).toBeLessThanOrEqual(2);
    } else expect(value).toBe(reference);
  });
});

test('the same bits wherever this runs', () => {
  const view = new DataView(new ArrayBuffer(8));
  let hash = 0n;
  const values = uniformFrom(9);
  for (let i = 0; i < 20_000; i++) {
    const x = 40 * (values() - 0.5);
    for (const y of [exp(x), expm1(x), log(Math.abs(x)), log1p(Math.abs(x))]) {
      view.setFloat64(0, y);
      hash = ((hash ^ view.getBigUint64(0)) * 0x100000001b3n) & 0xffffffffffffffffn;
    }
  }
  expect(hash.toString(16)).toBe('2fe87a68e02ff2fb');
});
