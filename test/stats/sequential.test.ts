import { describe, expect, test } from '@jest/globals';
import { nominalLevels } from '../../src/stats/sequential.js';

const looks = [10, 16, 24, 32, 40, 50, 60].map((n) => n / 60);

describe('nominal levels', () => {
  // Computed independently; alpha, then the nominal one-sided p at pairs 10, 16, 24, 32, 40, 50, 60.
  test.each([
    [0.005, ['1.39e-4', '2.53e-4', '5.41e-4', '8.81e-4', '1.30e-3', '2.06e-3', '2.90e-3']],
    [0.05, ['1.39e-3', '2.69e-3', '5.89e-3', '9.96e-3', '1.52e-2', '2.44e-2', '3.53e-2']],
    [0.01, ['2.78e-4', '5.14e-4', '1.11e-3', '1.82e-3', '2.71e-3', '4.31e-3', '6.10e-3']],
  ])('of the default looks at %p', (alpha, expected) => {
    expect(nominalLevels(alpha, looks).map((p) => p.toExponential(2))).toEqual(expected);
  });
});
