/** What has no function could be any function's: where that changes the verdict, there is none. */
import { describe, expect, test } from '@jest/globals';
import type { Capture } from '../../src/bundle/schema.js';
import { judgeWorkload } from '../../src/verdict/judge.js';
import type { WorkloadResult } from '../../src/verdict/result.js';
import { type Costs, program, simulate, type Truth } from './simulate.js';

const base = { ...program(24), '[unknown]': 10 };

function judged(truth: Partial<Truth>): WorkloadResult {
  const { workload, tableOf } = simulate({ seed: 8, pairs: 60, noise: 0.2, base, head: base, ...truth });
  return judgeWorkload(workload, { tableOf });
}

const codes = ({ reasons }: WorkloadResult): string[] => reasons.map(({ code }) => code);
const nameless = (cost: number, costs: Costs = base): Costs => ({ ...costs, '[unknown]': cost });
const times = (name: string, factor: number, costs: Costs = base): Costs => ({
  ...costs,
  [name]: (costs[name] as number) * factor,
});

describe('a pass', () => {
  test('stands while both sides have as much without a name', () => {
    expect(codes(judged({}))).toEqual(['within_margin', 'pairs_beyond']);
  });

  test('falls where a function could have hidden its growth among the nameless', () => {
    const result = judged({ head: nameless(22) });
    expect(result.verdict).toBe('inconclusive');
    expect(result.reasons[0]).toMatchObject({
      code: 'missing_decides',
      message: expect.stringMatching(
        /^1\.0 % of base's CPU time and 2\.\d % of head's has no function, .*: build both sides with the same symbols/,
      ),
    });
  });

  test('stands where base has more of them', () => {
    expect(judged({ base: nameless(25), head: base }).verdict).toBe('pass');
  });

  test('falls for lost samples as it does for nameless ones', () => {
    const losing = (capture: Capture): Capture => {
      const { samples } = capture.summary;
      const lost = capture.side === 'head' ? { ring_full: Math.round(0.009 * samples) } : {};
      return { ...capture, summary: { ...capture.summary, lost } };
    };
    const result = judged({ capture: losing });
    expect(result.verdict).toBe('inconclusive');
    expect(codes(result)[0]).toBe('missing_decides');
  });
});

describe('a fail', () => {
  const grown = times('f10', 1.18);

  test('of a function falls where base may have spent as much of it without a name', () => {
    const alone = judged({ head: grown, samples: 5000 });
    expect(alone.verdict).toBe('fail');
    expect(codes(alone)).not.toContain('total_slower');
    const result = judged({ base: nameless(12), head: grown, samples: 5000 });
    expect(result.verdict).toBe('inconclusive');
    expect(codes(result)[0]).toBe('missing_decides');
    expect(new Set(result.functions.map((each) => each.class))).toEqual(new Set(['unproven']));
  });

  test('of a function stands where it grew by more than that', () => {
    expect(judged({ base: nameless(20), head: times('f10', 2) }).verdict).toBe('fail');
  });

  test('of a function stands where head has more without a name', () => {
    expect(judged({ head: nameless(22, grown) }).verdict).toBe('fail');
  });

  test('of the total stands: exact CPU time needs no names', () => {
    const head = Object.fromEntries(Object.entries(base).map(([name, cost]) => [name, cost * 1.1]));
    const result = judged({ base: nameless(25), head });
    expect(result.verdict).toBe('fail');
    expect(codes(result)[0]).toBe('total_slower');
  });
});
