/** Whole gates with a known truth: how often is the verdict right? Every seed is fixed, so every figure is. */
import { describe, expect, test } from '@jest/globals';
import { judgeWorkload } from '../../src/verdict/judge.js';
import type { WorkloadResult } from '../../src/verdict/result.js';
import { type Costs, policy, program, simulate, type Truth } from './simulate.js';

const base = program(24);

function gates(count: number, truth: (seed: number) => Omit<Truth, 'seed'>): WorkloadResult[] {
  return Array.from({ length: count }, (_, seed) => {
    const { workload, tableOf } = simulate({ seed: seed + 1, ...truth(seed) });
    return judgeWorkload(workload, { tableOf });
  });
}

function share(results: readonly WorkloadResult[], verdict: string): number {
  return results.filter((result) => result.verdict === verdict).length / results.length;
}

function times(costs: Costs, factor: number, ...names: string[]): Costs {
  const chosen = names.length > 0 ? names : Object.keys(costs);
  return { ...costs, ...Object.fromEntries(chosen.map((name) => [name, (costs[name] as number) * factor])) };
}

function classOf(result: WorkloadResult, key: string): string | undefined {
  return result.functions.find((each) => each.key === key)?.class;
}

describe('no change', () => {
  // Three noise levels, 150 gates: at the family-wise rates of policy.alpha one or two would fail by chance; bench:stats has thousands.
  test.each([0.2, 1, 3])('never fails at noise %p', (noise) => {
    const few = { ...policy, looks: [10, 16, 24, 32] };
    const results = gates(50, () => ({ pairs: 32, noise, base, head: base, policy: few }));
    expect(share(results, 'fail')).toBe(0);
    expect(results.flatMap(({ functions }) => functions).filter(({ class: of }) => of === 'new')).toEqual([]);
  });

  test('passes within the planned pairs', () => {
    const results = gates(40, () => ({ pairs: 60, base, head: base }));
    expect(share(results, 'pass')).toBeGreaterThanOrEqual(0.95);
    expect(results.reduce((sum, { pairs }) => sum + pairs, 0) / 40).toBeLessThan(45);
  });

  test('does not fail with few samples and functions that come and go', () => {
    const rare = { ...base, rare1: 2, rare2: 6, rare3: 8 };
    const few = { ...policy, looks: [4, 8] };
    const results = gates(100, () => ({
      pairs: 8,
      samples: 200,
      dispersion: 0.3,
      base: rare,
      head: rare,
      policy: few,
    }));
    expect(share(results, 'fail')).toBe(0);
    expect(share(results, 'pass')).toBe(0);
  });
});

describe('a change', () => {
  test('of 5 % of everything fails, as uniform', () => {
    const results = gates(40, () => ({ pairs: 60, base, head: times(base, 1.05) }));
    expect(share(results, 'fail')).toBeGreaterThanOrEqual(0.95);
    for (const { reasons } of results) {
      expect(reasons.map(({ code }) => code).slice(0, 2)).toEqual(['total_slower', 'uniform_slowdown']);
    }
  });

  test('exactly at the margin rarely passes', () => {
    const results = gates(60, () => ({ pairs: 60, base, head: times(base, 1.02) }));
    expect(share(results, 'pass')).toBeLessThanOrEqual(0.1);
    expect(share(results, 'fail')).toBeLessThanOrEqual(0.05);
  });

  test('of 20 % of a 2 % function fails although the total stays within its margin', () => {
    const wide = program(40);
    const results = gates(40, () => ({ pairs: 60, base: wide, head: times(wide, 1.2, 'f13') }));
    expect(share(results, 'fail')).toBeGreaterThanOrEqual(0.8);
  });

  test('of 50 % of a 1 % function fails', () => {
    const wide = program(40);
    const results = gates(60, () => ({ pairs: 60, base: wide, head: times(wide, 1.5, 'f25') }));
    expect(share(results, 'fail')).toBeGreaterThanOrEqual(0.98);
    for (const result of results.filter(({ verdict }) => verdict === 'fail')) {
      expect(classOf(result, 'f25')).toBe('slower');
    }
  });

  test('of several functions is likely before it is proven, and little else is', () => {
    const changed = ['f02', 'f04', 'f06', 'f08', 'f10', 'f12'];
    const results = gates(40, () => ({ pairs: 10, base, head: times(base, 1.15, ...changed) }));
    const likely = results.flatMap(({ functions }) => functions.filter(({ q }) => q !== null && q <= 0.05));
    const proven = results.flatMap(({ functions }) => functions.filter((one) => one.class === 'slower'));
    expect(likely.length).toBeGreaterThan(1.3 * proven.length);
    expect(proven.filter(({ q }) => q === null || q > 0.05)).toEqual([]);
    const wrong = likely.filter(({ key }) => !changed.includes(key)).length;
    expect(wrong / likely.length).toBeLessThanOrEqual(0.05);
  });

  test('of one function is not called uniform, and bounds hold the truth', () => {
    const results = gates(40, () => ({ pairs: 10, base, head: times(base, 3, 'f01') }));
    expect(share(results, 'fail')).toBe(1);
    for (const result of results) {
      expect(result.reasons.map(({ code }) => code)).not.toContain('uniform_slowdown');
      expect(result.functions[0]?.key).toBe('f01');
      expect(result.functions[0]?.ratio?.lower).toBeLessThan(3);
      expect(result.functions[0]?.ratio?.upper).toBeGreaterThan(3);
    }
  });

  test('that makes a function faster passes and says so', () => {
    const results = gates(20, () => ({ pairs: 60, base, head: times(base, 0.5, 'f05') }));
    expect(share(results, 'pass')).toBe(1);
    for (const result of results) expect(classOf(result, 'f05')).toBe('faster');
  });

  test('that adds a function of 3 % fails, and names it as new', () => {
    const results = gates(20, () => ({ pairs: 60, base, head: { ...base, added: 30 } }));
    expect(share(results, 'fail')).toBe(1);
    for (const result of results) expect(classOf(result, 'added')).toBe('new');
  });
});

describe('CPU time that no sample can be taken in', () => {
  const scheduler = { base: 150, head: 10 };
  const meanRatio = ({ functions }: WorkloadResult) =>
    functions.reduce((sum, { ratio }) => sum + (ratio?.estimate ?? 0), 0) / functions.length;

  test('is no function’s: functions that did not change show no change', () => {
    for (const unsampled of [scheduler, { base: 10, head: 150 }]) {
      for (const result of gates(10, () => ({ pairs: 60, noise: 0.5, base, head: base, unsampled }))) {
        const total = (1000 + unsampled.head) / (1000 + unsampled.base) - 1;
        expect(Math.abs(result.total.estimate - total)).toBeLessThan(0.02);
        expect(result.verdict).toBe(total < 0 ? 'pass' : 'fail');
        expect(result.functions.map((each) => each.class)).toEqual(result.functions.map(() => 'unproven'));
        expect(Math.abs(meanRatio(result) - 1)).toBeLessThan(0.03);
        const shares = result.functions.reduce((sum, { baseShare }) => sum + baseShare, 0);
        expect(Math.abs(shares - 1000 / (1000 + unsampled.base))).toBeLessThan(0.01);
      }
    }
  });

  test('does not hide a slower function when there is less of it', () => {
    const head = times(base, 3, 'f13');
    for (const result of gates(10, () => ({ pairs: 32, noise: 0.5, base, head, unsampled: scheduler }))) {
      expect(result.verdict).toBe('fail');
      expect(classOf(result, 'f13')).toBe('slower');
    }
  });
});

describe('a function that base barely saw', () => {
  const before = { ...base, rare: 0.05 };

  test('and that takes 13 % of head fails', () => {
    const results = gates(30, () => ({
      pairs: 10,
      noise: 0.5,
      base: before,
      head: { ...before, rare: 150 },
    }));
    const classes = results.map((result) => classOf(result, 'rare'));
    expect(classes.filter((each) => each === 'slower').length).toBeGreaterThan(15);
    for (const { functions } of results) {
      const rare = functions.find(({ key }) => key === 'rare');
      expect(rare?.class).toBe(rare?.ratio ? 'slower' : 'new');
      expect(rare?.contribution.lower).toBeGreaterThan(0.05);
      expect(rare?.contribution.upper).toBeLessThan(0.2);
      if (!rare?.ratio) continue;
      expect(rare.ratio.lower).toBeGreaterThanOrEqual(1.05);
      expect(rare.ratio.upper ?? Number.POSITIVE_INFINITY).toBeGreaterThan(rare.ratio.estimate);
    }
  });

  test('the other way round is faster', () => {
    const results = gates(10, () => ({ pairs: 10, noise: 0.5, base: { ...base, rare: 150 }, head: before }));
    for (const { functions } of results) {
      const rare = functions.find(({ key }) => key === 'rare');
      expect(rare?.class).toBe(rare?.ratio ? 'faster' : 'gone');
      expect(rare?.contribution.upper).toBeLessThan(-0.05);
      if (rare?.ratio) expect(rare.ratio.upper).toBeLessThanOrEqual(1 / 1.05);
    }
  });

  test('in bursts on either side is no change', () => {
    const bursts = { ...base, rare: 8 };
    const results = gates(60, () => ({
      pairs: 10,
      dispersion: 0.02,
      bursts: { rare: 0.15 },
      base: bursts,
      head: bursts,
    }));
    expect(share(results, 'fail')).toBe(0);
  });
});

describe('cost that only moves', () => {
  const { f03 = 0, ...without } = base;

  test('to another name is no fail', () => {
    const results = gates(40, () => ({ pairs: 60, base, head: { ...without, renamed: f03 } }));
    expect(share(results, 'fail')).toBe(0);
    for (const result of results) {
      expect(classOf(result, 'f03')).toBe('gone');
      expect(classOf(result, 'renamed')).toBe('moved');
      expect(result.reasons.map(({ code }) => code)).toContain('cost_moved');
    }
  });

  test('into its caller is no fail', () => {
    const inlined = { ...without, f10: (base.f10 as number) + f03 };
    const results = gates(40, () => ({ pairs: 60, base, head: inlined }));
    expect(share(results, 'fail')).toBe(0);
    for (const result of results) expect(classOf(result, 'f10')).toBe('moved');
  });

  test('into many callers is no fail', () => {
    const callers = ['f08', 'f10', 'f12', 'f14', 'f16', 'f18', 'f20', 'f22'];
    const moved = { ...base, f00: (base.f00 as number) - 80 };
    const inlined = {
      ...moved,
      ...Object.fromEntries(callers.map((name) => [name, (base[name] as number) + 10])),
    };
    const results = gates(40, () => ({ pairs: 60, base, head: inlined }));
    expect(share(results, 'fail')).toBe(0);
  });

  test('from many small functions is no fail', () => {
    const small = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`s${index}`, 2]));
    const results = gates(30, () => ({
      pairs: 60,
      base: { ...base, ...small },
      head: { ...base, f06: (base.f06 as number) + 60 },
    }));
    expect(share(results, 'fail')).toBe(0);
  });

  test('does not hide another function that got slower', () => {
    const head = { ...without, renamed: f03, f13: (base.f13 as number) * 1.5 };
    const results = gates(40, () => ({ pairs: 60, base, head }));
    expect(share(results, 'fail')).toBeGreaterThanOrEqual(0.95);
    for (const result of results.filter(({ verdict }) => verdict === 'fail')) {
      expect(classOf(result, 'f13')).toBe('slower');
      expect(classOf(result, 'renamed')).toBe('moved');
    }
  });

  test('leaves nothing over for another function where it grew on the way', () => {
    const { f00 = 0, ...rest } = base;
    const head = { ...rest, renamed: 1.6 * f00, f13: 1.35 * (base.f13 as number) };
    for (const result of gates(10, () => ({ pairs: 32, noise: 0.3, base, head }))) {
      expect(classOf(result, 'renamed')).toBe('moved');
      expect(classOf(result, 'f13')).not.toBe('moved');
    }
  });

  test('does not hide that it grew on the way', () => {
    const results = gates(20, () => ({ pairs: 60, base, head: { ...without, rewritten: 3 * f03 } }));
    expect(share(results, 'fail')).toBe(1);
    for (const result of results) expect(classOf(result, 'rewritten')).toBe('new');
  });
});
