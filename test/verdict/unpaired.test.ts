import { describe, expect, test } from '@jest/globals';
import { resultSchema } from '../../src/verdict/result.js';
import { compareUnpaired, type UnpairedSide } from '../../src/verdict/unpaired.js';
import { type Costs, policy, program, simulate } from './simulate.js';

const base = program(24);

/** One capture a side. */
function sidesOf(head: Costs, seed = 1): [UnpairedSide, UnpairedSide] {
  const { workload, tableOf } = simulate({
    seed,
    pairs: 1,
    noise: 0,
    dispersion: 0,
    samples: 50_000,
    base,
    head,
  });
  const [first, second] = (['base', 'head'] as const).map((side): UnpairedSide => {
    const capture = workload.captures.find((each) => each.side === side);
    if (!capture) throw new Error('a pair has both sides');
    return {
      ref: { name: side, commit: null, root: '/src' },
      table: tableOf(workload, capture),
      summary: capture.summary,
      units: capture.units,
    };
  });
  return [first as UnpairedSide, second as UnpairedSide];
}

describe('two single captures', () => {
  const { f02: _, ...without } = base;
  const head = { ...without, f01: (base.f01 as number) * 3, added: 50 };

  test('compare without a verdict', () => {
    const result = compareUnpaired(...sidesOf(head), policy);
    expect(resultSchema.parse(result)).toEqual(result);
    expect(result.design).toBe('unpaired');
    expect(result.verdict).toBe('inconclusive');
    expect(result.reasons.map(({ code }) => code)).toEqual(['no_pairs']);
    const workload = result.workloads[0];
    const truth = Object.values(head).reduce((a, b) => a + b, 0) / 1000 - 1;
    expect(workload?.total.estimate).toBeCloseTo(truth, 4);
    expect(workload?.total).toMatchObject({ lower: null, upper: null, mde: null });
    const byKey = new Map(workload?.functions.map((each) => [each.key, each]));
    expect(byKey.get('f01')?.class).toBe('unproven');
    expect(byKey.get('f01')?.ratio?.lower).toBeGreaterThan(2.5);
    expect(byKey.get('f01')?.ratio?.upper).toBeLessThan(3.5);
    expect(byKey.get('added')).toMatchObject({ class: 'new', ratio: null });
    expect(byKey.get('f02')).toMatchObject({ class: 'gone', ratio: null });
    expect(workload?.quality.base.samples).toBeGreaterThan(49_000);
  });

  test('bounds hold the truth of unchanged code', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { functions } = compareUnpaired(...sidesOf(base, seed), policy).workloads[0] ?? { functions: [] };
      expect(functions.length).toBe(24);
      for (const { ratio } of functions) {
        expect(ratio?.lower).toBeLessThan(1);
        expect(ratio?.upper).toBeGreaterThan(1);
      }
    }
  });

  test('compare shares only when units or exact CPU time are unknown', () => {
    const [first, second] = sidesOf(head);
    for (const unknown of [{ units: null }, { summary: null }]) {
      const result = compareUnpaired(first, { ...second, ...unknown }, policy);
      expect(resultSchema.parse(result)).toEqual(result);
      expect(result.reasons.map(({ code }) => code)).toEqual(['no_pairs', 'units_unknown']);
      const workload = result.workloads[0];
      expect(workload?.total.estimate).toBe(0);
      const f01 = workload?.functions.find(({ key }) => key === 'f01');
      expect(f01?.ratio?.estimate).toBeCloseTo((f01?.headShare ?? 0) / (f01?.baseShare ?? 1), 10);
    }
  });

  test('of nothing compare without failing', () => {
    const empty = { functions: new Map(), count: 0, nanoseconds: 0 };
    const side = { ref: { name: 'a', commit: null, root: '/' }, table: empty, summary: null, units: null };
    const result = compareUnpaired(side, side, policy);
    expect(resultSchema.parse(result).workloads[0]?.functions).toEqual([]);
  });
});
