/** What the machine does to one side is not held against the code, and what it does to both is only said. */
import { describe, expect, test } from '@jest/globals';
import type { Conditions, Settings } from '../../src/bundle/conditions.js';
import type { Capture, Side } from '../../src/bundle/schema.js';
import { judgeWorkload, standing } from '../../src/verdict/judge.js';
import type { WorkloadResult } from '../../src/verdict/result.js';
import { type Costs, program, simulate, type Truth, uniformFrom } from './simulate.js';

const base = program(24);
const times = (costs: Costs, factor: number): Costs =>
  Object.fromEntries(Object.entries(costs).map(([name, cost]) => [name, cost * factor]));

function judged(truth: Partial<Truth>): WorkloadResult {
  const { workload, tableOf } = simulate({ seed: 8, pairs: 40, noise: 0.3, base, head: base, ...truth });
  return judgeWorkload(workload, { tableOf });
}

function surrounded(change: (capture: Capture) => Partial<Conditions>): (capture: Capture) => Capture {
  return (capture) => ({ ...capture, conditions: { ...capture.conditions, ...change(capture) } });
}

/** So much of `kind` on one side, with some chance in it on both. */
function disturbed(kind: string, on: Side, part: number): (capture: Capture) => Capture {
  const uniform = uniformFrom(5);
  return surrounded(({ side, summary, conditions: { windowNanoseconds, frequencyKilohertz } }) => {
    const much = 0.01 * uniform() + (side === on ? part : 0);
    if (kind === 'steal_differs')
      return { stealNanoseconds: Math.round((much / (1 - much)) * summary.cpuNanoseconds) };
    if (kind === 'other_load_differs') return { otherNanoseconds: Math.round(much * windowNanoseconds) };
    return { frequencyKilohertz: (frequencyKilohertz ?? 0) * (1 - much) };
  });
}

const codes = ({ reasons }: WorkloadResult): string[] => reasons.map(({ code }) => code);

describe.each([
  [
    'steal_differs',
    /^the hypervisor took 0\.\d\d? % of the CPU time wanted on base and 6\.\d % on head, .*dedicated/,
  ],
  [
    'other_load_differs',
    /^programs that were not measured took .* on base and 6\.\d % on head, .*keep them off/,
  ],
  [
    'frequency_differs',
    /^the service's CPUs ran at 2\.9\d GHz on base and at 2\.8\d GHz on head, .*fix the frequ/,
  ],
])('%s', (kind, message) => {
  test('on head may be why it looks slower', () => {
    const slower = { head: times(base, 1.05) };
    expect(judged(slower).verdict).toBe('fail');
    const result = judged({ ...slower, capture: disturbed(kind, 'head', 0.06) });
    expect(result.verdict).toBe('inconclusive');
    expect(codes(result)[0]).toBe(kind);
    expect(result.reasons[0]?.message).toMatch(message);
    expect(new Set(result.functions.map((each) => each.class))).toEqual(new Set(['unproven']));
  });

  test('on base may hide that head is slower', () => {
    expect(judged({}).verdict).toBe('pass');
    const result = judged({ capture: disturbed(kind, 'base', 0.06) });
    expect(result.verdict).toBe('inconclusive');
    expect(codes(result)[0]).toBe(kind);
  });

  test('cannot be why head is slower by more, nor why it is not', () => {
    const much = { head: times(base, 1.3) };
    expect(judged({ ...much, capture: disturbed(kind, 'head', 0.06) }).verdict).toBe('fail');
    expect(judged({ ...much, capture: disturbed(kind, 'base', 0.06) }).verdict).toBe('fail');
    expect(judged({ capture: disturbed(kind, 'head', 0.06) }).verdict).toBe('pass');
  });

  test('cannot be why one function is slower by much, but by little', () => {
    const oneSlower = (factor: number) => ({
      pairs: 60,
      head: { ...base, f10: (base.f10 as number) * factor },
    });
    expect(codes(judged(oneSlower(1.2)))).toContain('function_slower');
    expect(codes(judged({ ...oneSlower(1.2), capture: disturbed(kind, 'head', 0.15) }))[0]).toBe(kind);
    expect(judged({ ...oneSlower(1.6), capture: disturbed(kind, 'head', 0.06) }).verdict).toBe('fail');
  });

  test('of a fraction of the margin is left to it', () => {
    expect(judged({ capture: disturbed(kind, 'base', 0.003) }).verdict).toBe('pass');
  });

  test('on both sides alike costs no verdict', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const uniform = uniformFrom(seed);
      const noisy = (capture: Capture): Capture =>
        disturbed(kind, capture.side, 0.4 * uniform() ** 3)(capture);
      const result = judged({ seed, pairs: 60, capture: noisy });
      expect(result.verdict).toBe('pass');
      expect(codes(result)).toEqual(['within_margin', 'pairs_beyond', 'machine_noisy']);
    }
  });

  test('is also said where nothing is proven', () => {
    const result = judged({ pairs: 5, capture: disturbed(kind, 'head', 0.06) });
    expect(codes(result)).toEqual(
      [kind, 'too_few_pairs', 'machine_noisy'].filter((code) => codes(result).includes(code)),
    );
    expect(codes(result)).toContain('too_few_pairs');
  });
});

describe('steal in bursts, all of it charged to the service', () => {
  const gates = (headFactor: number, more: Partial<Record<Side, number>>): string[] =>
    Array.from({ length: 10 }, (_, index) => {
      const uniform = uniformFrom(7 * index + 8);
      const stolen = (capture: Capture): Capture => {
        const part = 0.15 * uniform() ** 4 + (more[capture.side] ?? 0);
        const cpuNanoseconds = Math.round(capture.summary.cpuNanoseconds / (1 - part));
        return {
          ...capture,
          summary: { ...capture.summary, cpuNanoseconds },
          conditions: { ...capture.conditions, stealNanoseconds: Math.round(part * cpuNanoseconds) },
        };
      };
      const head = times(base, headFactor);
      return judged({ seed: index + 1, pairs: 60, noise: 0.5, head, capture: stolen }).verdict;
    });

  test('on both sides alike is noise, as other noise is', () => {
    const verdicts = gates(1, {});
    expect(verdicts).not.toContain('fail');
    expect(verdicts.filter((verdict) => verdict === 'pass').length).toBeGreaterThanOrEqual(6);
  });

  test('of four points more on head fails no gate, and on base passes none', () => {
    expect(new Set(gates(1, { head: 0.04 }))).toEqual(new Set(['inconclusive']));
    expect(gates(1.05, { base: 0.05 })).not.toContain('pass');
  });

  test('does not hide a change that is larger', () => {
    expect(new Set(gates(1.3, { head: 0.04 }))).toEqual(new Set(['fail']));
  });
});

test('what could not be measured is not held against anybody', () => {
  const unknown = surrounded(() => ({
    stealNanoseconds: null,
    otherNanoseconds: null,
    frequencyKilohertz: null,
    throttles: null,
    memoryStallNanoseconds: null,
    swappedPages: null,
  }));
  const result = judged({ capture: unknown });
  expect(codes(result)).toEqual(['within_margin', 'pairs_beyond']);
  expect(result.quality.base.conditions).toEqual({
    steal: null,
    otherLoad: null,
    frequencyHz: null,
    frequencySpread: null,
    throttled: null,
    memoryStall: null,
  });
});

describe('a machine that changes while it is measured', () => {
  test.each<[Partial<Settings>, RegExp]>([
    [{ kernel: '6.2' }, /: the kernel changed \(6\.1, 6\.2\): measure all pairs under one kernel$/],
    [
      { governor: 'powersave' },
      /governor changed \(performance, powersave\): set one for the run, e\.g\. cpupower/,
    ],
    [{ turbo: false }, /turbo changed \(on, off\): switch it on or off before the run/],
    [{ smt: false }, /SMT changed \(on, off\): switch it/],
    [{ onlineCpus: '0' }, /CPUs online changed \(0-1, 0\): take no CPU on- or offline/],
  ])('%j', (change, message) => {
    const drifting = surrounded(({ pair, conditions }) => ({
      settings: { ...conditions.settings, ...(pair > 6 ? change : {}) },
    }));
    for (const head of [base, times(base, 1.3)]) {
      const result = judged({ head, capture: drifting });
      expect(result.verdict).toBe('inconclusive');
      expect(result.reasons[0]?.code).toBe('environment_changed');
      expect(result.reasons[0]?.message).toMatch(message);
    }
    const { workload, tableOf } = simulate({ seed: 8, pairs: 10, base, head: base, capture: drifting });
    expect(standing(workload, { tableOf })).toBe('decided');
  });

  test('runners may differ from each other', () => {
    const others = (capture: Capture): Capture => ({
      ...surrounded(({ pair, conditions }) => ({
        settings: { ...conditions.settings, ...(pair % 2 === 0 ? { kernel: '6.2' } : {}) },
      }))(capture),
      runner: capture.pair % 2,
    });
    expect(judged({ pairs: 60, capture: others }).verdict).toBe('pass');
  });

  test('settings that could not be read once are no change', () => {
    const unreadable = surrounded(({ pair, conditions }) => ({
      settings: { ...conditions.settings, ...(pair === 3 ? { governor: null, turbo: null } : {}) },
    }));
    expect(judged({ capture: unreadable }).verdict).toBe('pass');
  });
});

describe('heat', () => {
  const hot = (every: number) => surrounded(({ pair }) => ({ throttles: pair % every === 0 ? 7 : 0 }));

  test('in many captures forbids a verdict', () => {
    for (const head of [base, times(base, 1.3)]) {
      const result = judged({ head, capture: hot(3) });
      expect(result.verdict).toBe('inconclusive');
      expect(result.reasons[0]).toMatchObject({
        code: 'throttled',
        message: expect.stringMatching(
          /slowed down because of heat in 3\d\.\d % of the captures .*: cool the machine/,
        ),
      });
    }
  });

  test('in few is said', () => {
    const result = judged({ pairs: 60, capture: hot(16) });
    expect(result.verdict).toBe('pass');
    expect(result.reasons.at(-1)).toMatchObject({
      code: 'machine_noisy',
      message: expect.stringContaining('heat slowed the CPUs down in'),
    });
  });
});
