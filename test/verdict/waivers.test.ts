import { describe, expect, test } from '@jest/globals';
import type { Waiver } from '../../src/bundle/waivers.js';
import { waiversInForce } from '../../src/verdict/blame/waivers.js';
import { judge, standing } from '../../src/verdict/judge.js';
import { type Result, resultSchema } from '../../src/verdict/result.js';
import { type Costs, manifestOf, program, type Simulated, simulate } from './simulate.js';

/** Day the simulated bundles were measured: 2025-01-02. */
const waiver = (change: Partial<Waiver> = {}): Waiver => ({
  at: 'base:.profbound-waivers.yml:3:5',
  time: 'cpu',
  function: { name: 'f03', file: null },
  max: 0.6,
  reason: 'reads everything twice',
  expires: '2025-01-02',
  ...change,
});
const total = (max: number, change: Partial<Waiver> = {}) => waiver({ function: null, max, ...change });

const base = program();
const scaled = (factors: Costs): Costs =>
  Object.fromEntries(Object.entries(base).map(([name, cost]) => [name, cost * (factors[name] ?? 1)]));
const measured = (head: Costs, pairs = 60, before: Costs = base) =>
  simulate({ seed: 11, pairs, noise: 0.2, dispersion: 0.01, base: before, head });

/** f03, 6 % of the CPU time, takes 40 % more, and what the others save keeps the total within its margin. */
const oneSlower = measured(scaled({ f03: 1.4, f00: 0.95, f01: 0.99 }));
const totalSlower = measured(scaled(Object.fromEntries(Object.keys(base).map((name) => [name, 1.12]))), 24);
const unchanged = measured(base);

/** How many pairs there are beyond the decision is not the point here. */
function codesOf({ reasons }: Result): string[] {
  return reasons.map(({ code }) => code).filter((code) => code !== 'pairs_beyond');
}

function judged({ workload, tableOf }: Simulated, ...waivers: Waiver[]) {
  const result = resultSchema.parse(judge(manifestOf({ ...workload, waivers }), { tableOf }));
  const [only] = result.workloads;
  if (!only) throw new Error('no workload');
  const codes = codesOf(result);
  const message = (code: string) => result.reasons.find((one) => one.code === code)?.message;
  return { ...only, codes, message, one: only.functions.find(({ name }) => name === 'f03') };
}

describe('a waiver of a function', () => {
  test('without it the gate fails', () => {
    const { verdict, codes, one } = judged(oneSlower);
    expect({ verdict, codes, waiver: one?.waiver }).toEqual({
      verdict: 'fail',
      codes: ['function_slower'],
      waiver: null,
    });
  });

  test('lets it pass up to its ceiling, and says so', () => {
    const { verdict, codes, message, one } = judged(oneSlower, waiver());
    expect({ verdict, codes }).toEqual({ verdict: 'pass', codes: ['within_margin', 'waived'] });
    expect(one).toMatchObject({ class: 'slower', waiver: { status: 'waived', max: 0.6 } });
    expect(message('waived')).toMatch(
      /^api: f03 \(src\/f03\.c:12\) takes at least \d.* % more: the waiver at base:\.profbound-waivers\.yml:3:5 accepts at most 60 % until 2025-01-02: reads everything twice$/,
    );
  });

  test('fails beyond its ceiling', () => {
    const { verdict, codes, message, one } = judged(oneSlower, waiver({ max: 0.1 }));
    expect({ verdict, codes }).toEqual({ verdict: 'fail', codes: ['function_slower', 'waiver_exceeded'] });
    expect(one?.waiver?.status).toBe('exceeded');
    expect(message('waiver_exceeded')).toMatch(/accepts at most 10 % .* which is proven to be exceeded$/);
  });

  test('holds until its day is over, by the day of the bundle', () => {
    const { verdict, codes, one, message } = judged(oneSlower, waiver({ expires: '2025-01-01' }));
    expect({ verdict, codes }).toEqual({ verdict: 'fail', codes: ['function_slower', 'waiver_expired'] });
    expect(one?.waiver?.status).toBe('expired');
    expect(message('waiver_expired')).toMatch(/expired on 2025-01-01: renew it or remove it$/);
  });

  test('speaks of its file only', () => {
    const named = (file: string) => waiver({ function: { name: 'f03', file } });
    expect(judged(oneSlower, named('src/f03.c')).verdict).toBe('pass');
    const other = judged(oneSlower, named('src/other.c'));
    expect(other.codes).toEqual(['function_slower', 'waiver_unknown']);
    expect(other.message('waiver_unknown')).toMatch(/names a function that is in no profile/);
  });

  test('the widest of several counts; the others were not needed', () => {
    const narrow = waiver({ at: 'base:x.yml:1:1', max: 0.07 });
    const { verdict, one, codes } = judged(oneSlower, narrow, waiver());
    expect({ verdict, max: one?.waiver?.max }).toEqual({ verdict: 'pass', max: 0.6 });
    expect(codes).toEqual(['within_margin', 'waived', 'waiver_unused']);
  });

  test('covers what it adds to the total where it is new', () => {
    const { f03: _, ...before } = base;
    const added = measured(scaled({ f03: 0.3 }), 60, before);
    expect(judged(added, total(0.1)).verdict).toBe('fail');
    const { verdict, one } = judged(added, total(0.1), waiver({ at: 'x:1:1', max: 0.05 }));
    expect({ verdict, class: one?.class }).toEqual({ verdict: 'pass', class: 'new' });
    expect(judged(added, total(0.1), waiver({ at: 'x:1:1', max: 0.01 })).verdict).toBe('fail');
  });

  test('does not cover the total', () => {
    const heavy = measured(scaled({ f00: 1.4 }));
    const { verdict, codes } = judged(heavy, waiver({ function: { name: 'f00', file: null } }));
    expect({ verdict, codes }).toEqual({ verdict: 'fail', codes: ['total_slower', 'waived'] });
  });
});

describe('a waiver of the total', () => {
  test('is its margin, and covers functions that slowed down with everything else', () => {
    expect(judged(totalSlower).codes).toEqual(expect.arrayContaining(['total_slower', 'uniform_slowdown']));
    const { verdict, codes, total: figures, totalWaiver, functions } = judged(totalSlower, total(0.25));
    expect({ verdict, margin: figures.margin, status: totalWaiver?.status }).toEqual({
      verdict: 'pass',
      margin: 0.25,
      status: 'waived',
    });
    expect(codes.filter((code) => code !== 'waived')).toEqual(['within_margin']);
    const slower = functions.filter((one) => one.class === 'slower');
    expect(slower.length).toBeGreaterThan(0);
    expect(slower.map(({ waiver: own }) => own?.status)).toEqual(slower.map(() => 'waived'));
  });

  test('fails when it is proven beyond the ceiling', () => {
    const { verdict, codes, totalWaiver } = judged(totalSlower, total(0.04));
    expect(verdict).toBe('fail');
    expect(codes).toEqual(expect.arrayContaining(['total_slower', 'waiver_exceeded']));
    expect(totalWaiver?.status).toBe('exceeded');
  });

  test('leaves it open when neither is proven', () => {
    const few = measured(scaled(Object.fromEntries(Object.keys(base).map((name) => [name, 1.12]))), 10);
    const { verdict, codes } = judged(few, total(0.12));
    expect({ verdict, first: codes[0] }).toEqual({ verdict: 'inconclusive', first: 'undecided' });
    expect(codes).toContain('waived');
  });

  test('is not shown as applied where nothing is proven, and said to be what a pass rests on where only that is', () => {
    // Some 2.05 %, give or take 0.3 %: proven neither to be within 2 %, or 2.1 %, nor beyond.
    const near = simulate({
      seed: 12,
      pairs: 24,
      noise: { iid: 0.009 },
      samples: 40_000,
      dispersion: 0.005,
      base,
      head: scaled(Object.fromEntries(Object.keys(base).map((name) => [name, 1.0205]))),
    });
    const open = judged(near, total(0.021));
    expect({ verdict: open.verdict, codes: open.codes, status: open.totalWaiver?.status }).toEqual({
      verdict: 'inconclusive',
      codes: ['undecided'],
      status: 'open',
    });
    const passed = judged(near, total(0.5));
    expect({ verdict: passed.verdict, codes: passed.codes, status: passed.totalWaiver?.status }).toEqual({
      verdict: 'pass',
      codes: ['within_margin', 'waived'],
      status: 'waived',
    });
    expect(passed.message('waived')).toMatch(
      /not proven to be beyond the margin of 2 %, but to be within the ceiling: the waiver at .* accepts at most 50 %/,
    );
  });

  test('does not cover one function that got slower by itself', () => {
    const { verdict, codes, one } = judged(oneSlower, total(0.5));
    expect({ verdict, first: codes[0], waiver: one?.waiver }).toEqual({
      verdict: 'fail',
      first: 'function_slower',
      waiver: null,
    });
  });

  test('has expired', () => {
    const { verdict, codes, totalWaiver } = judged(totalSlower, total(0.25, { expires: '2024-12-31' }));
    expect({ verdict, status: totalWaiver?.status }).toEqual({ verdict: 'fail', status: 'expired' });
    expect(codes).toContain('waiver_expired');
  });
});

describe('a waiver that does nothing is said', () => {
  test.each([
    ['not needed', waiver(), ['waiver_unused']],
    ['not needed of the total', total(0.3), ['waiver_unused']],
    ['expired', waiver({ expires: '2024-02-01' }), ['waiver_expired']],
    ['unknown', waiver({ function: { name: 'f3', file: null } }), ['waiver_unknown']],
  ])('%s', (_, idle, said) => {
    const { verdict, codes } = judged(unchanged, idle);
    expect({ verdict, codes }).toEqual({ verdict: 'pass', codes: ['within_margin', ...said] });
  });

  test('once, whatever the number of workloads, and not where one may still need it', () => {
    const [good, bad] = [unchanged.workload, oneSlower.workload];
    const manifest = (...workloads: (typeof good)[]) =>
      manifestOf(...workloads.map((one, index) => ({ ...one, name: `w${index}`, waivers: [waiver()] })));
    const twice = judge(manifest(good, good), unchanged);
    expect(codesOf(twice)).toEqual(['within_margin', 'within_margin', 'waiver_unused']);
    const needed = judge(manifest(good, bad), {
      tableOf: (workload, capture) =>
        (workload.name === 'w1' ? oneSlower : unchanged).tableOf(workload, capture),
    });
    expect(codesOf(needed)).toEqual(['within_margin', 'within_margin', 'waived']);
  });
});

test('measuring goes on where only what is waived is proven, and ends where it is not in force', () => {
  const first = (simulated: Simulated, pairs: number) => ({
    ...simulated.workload,
    captures: simulated.workload.captures.filter(({ pair }) => pair <= pairs),
  });
  const ten = { ...first(totalSlower, 10), waivers: [total(0.12)] };
  expect(standing(waiversInForce(ten, '2025-01-02T00:00:00Z'), totalSlower)).toBe('open');
  expect(standing(waiversInForce(ten, '2025-01-03T00:00:00Z'), totalSlower)).toBe('decided');
});
