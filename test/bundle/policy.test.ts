import { describe, expect, test } from '@jest/globals';
import { policySchema } from '../../src/bundle/schema.js';

const policy = {
  totalMargin: 0.02,
  functionMargin: 0.05,
  minShare: 0.005,
  alpha: { fail: 0.005, pass: 0.05, functions: 0.01 },
  looks: [10, 16, 24],
};

describe('a policy from elsewhere', () => {
  test('is taken as it is when it is sound', () => {
    expect(policySchema.parse(policy)).toEqual(policy);
  });

  test.each([
    [{ looks: [10, 10] }],
    [{ looks: [16, 10] }],
    [{ looks: [] }],
    [{ looks: Array.from({ length: 65 }, (_, index) => index + 1) }],
    [{ alpha: { ...policy.alpha, fail: 0 } }],
    [{ alpha: { ...policy.alpha, pass: 0.5 } }],
    [{ alpha: { ...policy.alpha, functions: -0.01 } }],
  ])('is refused: %j', (fault) => {
    expect(policySchema.safeParse({ ...policy, ...fault }).success).toBe(false);
  });
});
