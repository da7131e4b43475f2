/** Whole gates with a known truth: how often is the verdict right? Every seed is fixed, so every figure is. */
import { describe, expect, test } from '@jest/globals';
import { judgeWorkload } from '../../src/verdict/judge.js';
import type { WorkloadResult } from '../../src/verdict/result.js';
import { type Costs, policy, program, simulate, type Truth } from './simulate.js';

const base = program(24);

function gates(count: number, truth: (seed: number) => Omit<Truth, 'seed'>): WorkloadResult[] {
  return Array.from({ length: count }, (_, seed) => {
    const { workload, tableOf } = simulate({ seed: seed + 1, ...truth(seed) });
    return judgeWorkload(workload, tableOf);
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
  // Three noise levels, 300 gates: at the family-wise rates of policy.alpha at most a handful would fail by chance.
  test.each([0.2, 1, 3])('never fails at noise %p', (noise) => {
    const few = { ...policy, looks: [10, 16, 24, 32] };
    const results = gates(100, () => ({ pairs: 32, noise, base, head: base, policy: few }));
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

  test('does not hide that it grew on the way', () => {
    const results = gates(20, () => ({ pairs: 60, base, head: { ...without, rewritten: 3 * f03 } }));
    expect(share(results, 'fail')).toBe(1);
    for (const result of results) expect(classOf(result, 'rewritten')).toBe('new');
  });
});
