/** Waivers of time spent waiting, where waits are enforced. */
import { expect, test } from '@jest/globals';
import type { WaitPolicy } from '../../src/bundle/schema.js';
import type { Waiver } from '../../src/bundle/waivers.js';
import { judge, standing } from '../../src/verdict/judge.js';
import { resultSchema } from '../../src/verdict/result.js';
import { manifestOf, program, simulate, policy as usual } from './simulate.js';
import { type Waits, withWaits } from './simulateWaits.js';

const base = program(8);
const waits: Waits = {
  load: { kind: 'sleep', base: 2000, head: 3000, spread: 0.02 },
  cache: { kind: 'lock', base: 20_000, head: 20_000, spread: 0.02 },
};
/** `load` takes half as long again, and all together 4.5 %: within the margin. */
const oneLonger = waits;
/** All together take two thirds longer. */
const allLonger: Waits = { ...waits, cache: { kind: 'lock', base: 1000, head: 2000, spread: 0.02 } };

const waiver = (name: string | null, max: number, change: Partial<Waiver> = {}): Waiver => ({
  at: `base:.profbound-waivers.yml:${name === null ? 9 : 3}:5`,
  time: 'waiting',
  function: name === null ? null : { name, file: null },
  max,
  reason: 'asks a new store',
  expires: '2025-01-02',
  ...change,
});

function judged(
  measured: Waits,
  waivers: readonly Waiver[],
  policy: Partial<WaitPolicy> = { mode: 'enforce' },
) {
  const simulated = withWaits(
    simulate({
      seed: 3,
      pairs: 10,
      noise: 0.1,
      samples: 40_000,
      base,
      head: base,
      policy: { ...usual, looks: [10] },
    }),
    measured,
    5,
    policy,
  );
  const workload = { ...simulated.workload, waivers: [...waivers] };
  const result = resultSchema.parse(judge(manifestOf(workload), simulated));
  const { verdict, offCpu } = result.workloads[0] as (typeof result.workloads)[number];
  return {
    verdict,
    codes: result.reasons.map(({ code }) => code),
    message: (code: string) => result.reasons.find((one) => one.code === code)?.message,
    load: offCpu?.waits.find(({ name }) => name === 'load'),
    total: offCpu?.total,
    standing: standing(workload, simulated),
  };
}

test('without one a longer wait fails', () => {
  const { verdict, codes, load } = judged(oneLonger, []);
  expect({ verdict, codes, waiver: load?.waiver }).toEqual({
    verdict: 'fail',
    codes: ['wait_longer', 'within_margin'],
    waiver: null,
  });
});

test('of the function that waits lets it pass up to its ceiling, and says so', () => {
  const { verdict, codes, message, load, standing: stands } = judged(oneLonger, [waiver('load', 0.8)]);
  expect({ verdict, codes, stands }).toEqual({
    verdict: 'pass',
    codes: ['within_margin', 'waits_within', 'waived'],
    stands: 'decided',
  });
  expect(load).toMatchObject({ class: 'longer', waiver: { status: 'waived', max: 0.8 } });
  expect(message('waived')).toMatch(
    /waiting asleep in load \(src\/load\.c:7\) takes at least 4\d(\.\d)? % longer: the waiver at base:.* accepts at most 80 % until 2025-01-02: asks a new store$/,
  );
});

test.each([
  ['beyond its ceiling', waiver('load', 0.2), ['wait_longer', 'waiver_exceeded', 'within_margin']],
  ['of another function', waiver('store', 0.8), ['wait_longer', 'within_margin']],
  [
    'of another file',
    waiver('load', 0.8, { function: { name: 'load', file: 'src/other.c' } }),
    ['wait_longer', 'within_margin'],
  ],
  ['of CPU time', waiver('load', 0.8, { time: 'cpu' }), ['wait_longer', 'within_margin', 'waiver_unknown']],
  [
    'past its day',
    waiver('load', 0.8, { expires: '2025-01-01' }),
    ['wait_longer', 'within_margin', 'waiver_expired'],
  ],
])('%s does not', (_, given, codes) => {
  expect(judged(oneLonger, [given])).toMatchObject({ verdict: 'fail', codes });
});

test('of one function does not cover all waiting together, and the other way round', () => {
  const rows = [waiver('load', 2), waiver('cache', 2)];
  expect(judged(allLonger, rows)).toMatchObject({
    verdict: 'fail',
    codes: ['waits_longer', 'waived', 'waived', 'within_margin'],
  });
  const all = judged(allLonger, [waiver(null, 1)]);
  expect(all).toMatchObject({ verdict: 'fail', total: { class: 'longer', waiver: { status: 'waived' } } });
  expect(all.codes).toEqual(['wait_longer', 'wait_longer', 'waived', 'within_margin']);
  const both = judged(allLonger, [...rows, waiver(null, 1)]);
  expect({ verdict: both.verdict, codes: both.codes }).toEqual({
    verdict: 'pass',
    codes: ['within_margin', 'waits_within', 'waived', 'waived', 'waived'],
  });
  expect(both.message('waits_within')).toMatch(/is within the 100 % that are waived: \+6\d/);
  const exceeded = judged(allLonger, [...rows, waiver(null, 0.3)]);
  expect(exceeded).toMatchObject({ verdict: 'fail', total: { waiver: { status: 'exceeded' } } });
});

test('is said to be unused where nothing needs it, and does nothing where waits are only reported', () => {
  const same: Waits = { ...waits, load: { kind: 'sleep', base: 2000, head: 2000, spread: 0.02 } };
  expect(judged(same, [waiver('load', 0.8)])).toMatchObject({
    verdict: 'pass',
    codes: ['within_margin', 'waits_within', 'waiver_unused'],
  });
  const reported = judged(oneLonger, [waiver('load', 0.8)], { mode: 'report' });
  expect(reported).toMatchObject({ verdict: 'pass', load: { waiver: null } });
  expect(reported.codes).toContain('waits_reported');
});
