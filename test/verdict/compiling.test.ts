/** What a virtual machine still compiles is not held against the code, as one row that no test judges. */
import { expect, test } from '@jest/globals';
import { judgeWorkload } from '../../src/verdict/judge.js';
import type { WorkloadResult } from '../../src/verdict/result.js';
import { type Costs, program, simulate } from './simulate.js';

const functions = program(24);
const compiling = (microseconds: number, costs: Costs = functions): Costs => ({
  ...costs,
  '[JIT compiler]': microseconds,
});
const times = (factor: number): Costs =>
  Object.fromEntries(Object.entries(functions).map(([name, cost]) => [name, factor * cost]));

function judged(base: Costs, head: Costs): WorkloadResult {
  const { workload, tableOf } = simulate({ seed: 8, pairs: 40, noise: 0.3, base, head });
  return judgeWorkload(workload, { tableOf });
}

test('more compiling on head may be why it looks slower', () => {
  const result = judged(compiling(20), compiling(120));
  expect(result.verdict).toBe('inconclusive');
  expect(result.reasons[0]).toEqual({
    code: 'compiling_differs',
    message: expect.stringMatching(
      /^compiling took 2\.0 % of the CPU time on base and 10\.\d % on head, .*raise warmup$/,
    ),
  });
});

test('more compiling on base may hide that head is slower', () => {
  const result = judged(compiling(60), compiling(0, times(1.05)));
  expect(result.verdict).toBe('inconclusive');
  expect(result.reasons[0]?.code).toBe('compiling_differs');
});

test('compiling alike on both sides costs no verdict, and is judged as no function', () => {
  const same = judged(compiling(50), compiling(50));
  expect(same.verdict).toBe('pass');
  const result = judged(compiling(50), compiling(500));
  expect(result.functions.find(({ name }) => name === '[JIT compiler]')?.class).toBe('unproven');
});

test('a little more compiling does not hide functions that are slower by much', () => {
  const result = judged(compiling(20), compiling(60, times(1.2)));
  expect(result.verdict).toBe('fail');
  expect(result.reasons.map(({ code }) => code)).not.toContain('compiling_differs');
});
