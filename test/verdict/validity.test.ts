/** Whatever is wrong with the measurement: inconclusive with the reason, never pass, never fail. */
import { describe, expect, test } from '@jest/globals';
import type { BundleWorkload, Capture, Side } from '../../src/bundle/schema.js';
import type { CaptureSummary } from '../../src/bundle/summary.js';
import { judge } from '../../src/verdict/judge.js';
import { resultSchema, type WorkloadResult } from '../../src/verdict/result.js';
import { type Costs, manifestOf, program, simulate } from './simulate.js';

const base = program(24);
/** Without the fault these fail and pass. */
const changes: readonly (readonly [string, Costs])[] = [
  ['slower', { ...base, f01: (base.f01 as number) * 3 }],
  ['same', base],
];

interface Fault {
  readonly capture?: (capture: Capture) => Capture;
  readonly workload?: Partial<BundleWorkload>;
  readonly pairs?: number;
}

function judgedWith(head: Costs, { pairs = 40, ...fault }: Fault, before: Costs = base): WorkloadResult {
  const { workload, tableOf } = simulate({ seed: 8, pairs, noise: 0.3, base: before, head, ...fault });
  const result = resultSchema.parse(judge(manifestOf(workload), { tableOf }));
  return result.workloads[0] as WorkloadResult;
}

function onHead(change: (capture: Capture) => Partial<Capture>): (capture: Capture) => Capture {
  return (capture) => (capture.side === 'head' ? { ...capture, ...change(capture) } : capture);
}

function summaryOnHead(
  change: (summary: CaptureSummary) => Partial<CaptureSummary>,
): (capture: Capture) => Capture {
  return onHead(({ summary }) => ({ summary: { ...summary, ...change(summary) } }));
}

/** Samples of another profiler that stand for a part of the CPU time. */
function foreign(part: (side: Side) => number): (capture: Capture) => Capture {
  return (capture) => {
    const { summary, side } = capture;
    const weight = Math.round(summary.cpuNanoseconds * part(side));
    return { ...capture, summary: { ...summary, weight, source: { format: 'pprof', isTimed: true } } };
  };
}

describe.each(changes)('%s', (name, head) => {
  test('without a fault is judged', () => {
    expect(judgedWith(head, {}).verdict).toBe(name === 'same' ? 'pass' : 'fail');
  });

  test.each<[string, Fault, RegExp]>([
    ['no_pairs', { pairs: 0 }, /no complete pair/],
    [
      'zero_units',
      { capture: onHead(({ pair }) => (pair === 3 ? { units: 0 } : {})) },
      /head did no work in pair 3: 0 requests/,
    ],
    [
      'no_cpu_time',
      { capture: summaryOnHead(() => ({ cpuNanoseconds: 0 })) },
      /head was charged no CPU time/,
    ],
    [
      'errors_high',
      { capture: onHead(() => ({ errors: 60 })) },
      /1\.2 % of head's requests failed .*1 % is tolerated/,
    ],
    [
      'errors_differ',
      { capture: onHead(() => ({ errors: 4 })) },
      /0 errors in .* on base, \d+ in .* on head/,
    ],
    [
      'samples_lost',
      { capture: summaryOnHead(({ samples }) => ({ lost: { ring: samples / 50 } })) },
      /2\.0 % of head's samples were lost/,
    ],
    [
      'source_disagrees',
      { capture: foreign(() => 0.4) },
      /^the profile and the kernel disagree: its samples stand for 40\.0 % of the CPU time that the kernel counted for base \(60 % to 120 % is tolerated\); let it profile/,
    ],
    [
      'source_disagrees',
      { capture: foreign(() => 1.5) },
      /stand for 150 % of the CPU time .* for base .*profile the service alone/,
    ],
    [
      'source_disagrees',
      { capture: foreign((side) => (side === 'head' ? 0.75 : 0.95)) },
      /stand for 95\.0 % of the CPU time that the kernel counted for base and for 75\.0 % of head's; what it does not see/,
    ],
    [
      'samples_lost',
      {
        capture: (capture) => {
          const { summary } = foreign(() => 1)(capture);
          return { ...capture, summary: { ...summary, lost: { unreadable_record: summary.samples / 10 } } };
        },
      },
      /9\.1 % of base's samples were lost .*: lower the profiler's rate/,
    ],
    [
      'mixed_sampling',
      { capture: (capture) => (capture.side === 'head' ? foreign(() => 1)(capture) : capture) },
      /the captures were sampled in different ways \(.* by pprof, CPU time by /,
    ],
    [
      'rate_missed',
      { capture: onHead(({ units }) => ({ units: units * 0.97 })) },
      /head did 970 requests a second of 1k offered \(−3\.0 %/,
    ],
    [
      'units_differ',
      {
        capture: (capture) => ({ ...capture, units: capture.units * (capture.side === 'head' ? 0.97 : 1) }),
        workload: { load: { kind: 'http', loop: 'open', rate: null } },
      },
      /head did 970 requests a second and base 1k/,
    ],
    [
      'mixed_sampling',
      { capture: summaryOnHead(() => ({ event: 'cycles' })) },
      /cpu-clock at 997 Hz by bpf, CPU time by scheduler; cycles at 997 Hz by bpf/,
    ],
    [
      'interrupted',
      { workload: { stop: { reason: 'interrupted', message: '' } } },
      /interrupted after 40 complete pairs/,
    ],
    [
      'measuring_failed',
      { workload: { stop: { reason: 'error', message: 'head died' } } },
      /failed after 40 complete pairs: head died/,
    ],
    [
      'mixed_sampling',
      { capture: summaryOnHead(() => ({ cpuAccount: 'task-clock' })) },
      /by bpf, CPU time by scheduler; cpu-clock at 997 Hz by bpf, CPU time by task-clock/,
    ],
    ['unfinished', { workload: { stop: null } }, /killed after 40 complete pairs/],
  ])('%s', (code, fault, message) => {
    const result = judgedWith(head, fault);
    expect(result.verdict).toBe('inconclusive');
    expect(result.reasons[0]?.code).toBe(code);
    expect(result.reasons[0]?.message).toMatch(message);
    expect(result.neededSeconds).toBeNull();
  });
});

describe('a fault that is none', () => {
  test('a few errors on both sides', () => {
    expect(judgedWith(base, { capture: (capture) => ({ ...capture, errors: 5 }) }).verdict).toBe('pass');
  });

  test('fewer units on a slower side of a closed loop', () => {
    const slower = { ...base, f01: (base.f01 as number) * 3 };
    const result = judgedWith(slower, {
      capture: onHead(({ units, summary }) => ({
        units: units * 0.8,
        summary: { ...summary, cpuNanoseconds: summary.cpuNanoseconds * 0.8 },
      })),
      workload: { load: { kind: 'http', loop: 'closed', rate: null } },
    });
    expect(result.verdict).toBe('fail');
  });

  test('a capture without its partner', () => {
    const { workload, tableOf } = simulate({ seed: 8, pairs: 41, noise: 0.3, base, head: base });
    const cut = {
      ...workload,
      captures: workload.captures.filter(({ pair, side }) => pair !== 41 || side === 'base'),
    };
    const result = judge(manifestOf(cut), { tableOf });
    expect(result.verdict).toBe('pass');
    expect(result.workloads[0]?.pairs).toBeLessThanOrEqual(40);
  });
});

describe('code without symbols', () => {
  const kernel = { ...base, '[unknown]': 400 };

  test('that takes as much on both sides is shown and not judged', () => {
    const slower = { ...kernel, f01: (base.f01 as number) * 3 };
    const { workload, tableOf } = simulate({ seed: 8, pairs: 10, noise: 0.3, base: kernel, head: slower });
    const result = judge(manifestOf(workload), { tableOf }).workloads[0];
    expect(result?.verdict).toBe('fail');
    expect(result?.functions.find(({ key }) => key === '[unknown]')?.class).toBe('unproven');
    expect(result?.quality.base.unresolved).toBeCloseTo(0.4 / 1.4, 1);
  });

  test('a pass says that it does not cover, where it is much', () => {
    const passed = (nameless: number) => {
      const costs = { ...base, '[unknown]': nameless };
      const { verdict, reasons } = judgedWith(costs, {}, costs);
      expect(verdict).toBe('pass');
      return reasons.filter(({ code }) => code === 'names_missing').map(({ message }) => message);
    };
    expect(passed(90)).toEqual([]);
    expect(passed(400)).toEqual([
      expect.stringMatching(
        /^28\.\d % of the CPU time has no function names: there only the total is guarded$/,
      ),
    ]);
  });

  test('that takes more on one side leaves it open', () => {
    const { f02: lost = 0, ...rest } = base;
    const stripped = { ...rest, '[unknown]': 400 + lost };
    const { workload, tableOf } = simulate({ seed: 8, pairs: 40, noise: 0.3, base: kernel, head: stripped });
    const result = judge(manifestOf(workload), { tableOf }).workloads[0];
    expect(result?.verdict).toBe('inconclusive');
    expect(result?.reasons[0]?.code).toBe('unresolved_differs');
  });

  test('cannot hide that the whole got slower; a function is named only if all of it could be its own', () => {
    const before = { ...base, '[unknown]': 60 };
    const after = { ...base, '[unknown]': 400, f01: 300, f20: (base.f20 as number) * 2 };
    const { workload, tableOf } = simulate({ seed: 8, pairs: 10, noise: 0.3, base: before, head: after });
    const result = judge(manifestOf(workload), { tableOf }).workloads[0];
    expect(result?.verdict).toBe('fail');
    expect(result?.reasons.map(({ code }) => code)).toEqual([
      'total_slower',
      'function_slower',
      'unresolved_differs',
    ]);
    expect(result?.functions.find(({ key }) => key === 'f01')?.class).toBe('slower');
    expect(result?.functions.find(({ key }) => key === 'f20')?.class).toBe('unproven');
  });
});

test.each(changes)(
  "another profiler's samples decide as the collector's do, and it is said whose they are: %s",
  (_, head) => {
    const own = judgedWith(head, {});
    const judged = judgedWith(head, { capture: foreign(() => 0.93) });
    expect(judged.verdict).toBe(own.verdict);
    expect(judged.functions).toEqual(own.functions);
    expect(judged.capture.backend).toMatch(/^pprof; CPU time by /);
    const remark = judged.reasons.find(({ code }) => code === 'source_samples');
    expect(remark?.message).toMatch(
      /by pprof, whose samples \(about \d+ a second\) stand for 93\.0 % of base's and 93\.0 % of head's CPU time;/,
    );
    const unknown = judgedWith(head, {
      capture: (capture) => ({
        ...capture,
        summary: { ...capture.summary, weight: 5, source: { format: 'perf_data', isTimed: false } },
      }),
    });
    expect(unknown.verdict).toBe(own.verdict);
    expect(unknown.reasons.find(({ code }) => code === 'source_samples')?.message).toContain(
      'do not say what CPU time they stand for',
    );
  },
);
