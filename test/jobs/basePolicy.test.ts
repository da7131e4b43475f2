import { expect, test } from '@jest/globals';
import type { BundleManifest, BundleWorkload } from '../../src/bundle/schema.js';
import { parseConfig } from '../../src/config/file.js';
import { parseWaivers } from '../../src/config/waivers.js';
import { type Base, underBase } from '../../src/jobs/basePolicy.js';
import { manifestOf, program, simulate } from '../verdict/simulate.js';

const { workload } = simulate({ seed: 1, pairs: 4, base: program(5), head: program(5) });

function bundle(change: Partial<BundleManifest> = {}, ...workloads: BundleWorkload[]): BundleManifest {
  return { ...manifestOf(...(workloads.length > 0 ? workloads : [workload])), ...change };
}

function base(text: string | null, change: Partial<Base> = {}): Base {
  const path = 'base:.profbound.yml';
  return {
    name: 'main (0123456789ab)',
    config: text === null ? null : { path, text, config: parseConfig(text, path) },
    waivers: [],
    workloads: [],
    measuredAfter: '2025-01-01T00:00:00Z',
    ...change,
  };
}

const config = (gate: string, names = ['api']): string =>
  `version: 1\nworkloads: { ${names.map((name) => `${name}: { batch: 'true' }`).join(', ')} }\n${gate}\n`;

test('a bundle of the same policy stays as it is', () => {
  const given = bundle({ notes: ['its own'] });
  expect(underBase(given, base(config('')), ['whose it is'])).toEqual({
    ...given,
    notes: ['whose it is', 'its own'],
  });
});

test('what is tolerated is what base tolerates, and a note says each thing in which the bundle differed', () => {
  const loose: BundleWorkload = {
    ...workload,
    policy: {
      ...workload.policy,
      totalMargin: 0.5,
      minShare: 1,
      alpha: { fail: 1e-9, pass: 0.4, functions: 1e-9 },
    },
    waivers: [{ at: 'x', time: 'cpu', function: null, max: 10, reason: 'because', expires: '2099-01-01' }],
  };
  const judged = underBase(
    bundle({ onInconclusive: 'pass' }, loose),
    base(config('gate: { total: { margin: 3% }, on_inconclusive: fail, off_cpu: { mode: enforce } }')),
    [],
  );
  const [one] = judged.workloads;
  expect(one?.policy).toEqual({ ...workload.policy, totalMargin: 0.03, looks: loose.policy.looks });
  expect(one?.waivers).toEqual([]);
  expect(one?.offCpu).toEqual({ mode: 'enforce', margin: 0.1, idle: [] });
  expect(judged.onInconclusive).toBe('fail');
  expect(judged.notes).toEqual([
    'workload api: the bundle is of another policy than main (0123456789ab), which was applied (gate.total.margin: 3 % instead of 50 %; gate.function.min_share: 0.5 % instead of 100 %; the error rates: {"fail":0.005,"pass":0.05,"functions":0.01} instead of {"fail":1e-9,"pass":0.4,"functions":1e-9}; gate.off_cpu: enforce 10 % instead of none; waivers: none instead of 1 of them)',
    'gate.on_inconclusive is fail in main (0123456789ab), and not pass',
  ]);
});

test("base's waivers are applied, and expire by the run's beginning, whatever the bundle says", () => {
  const text = 'version: 1\nwaivers: [{ total: true, max: 5%, reason: r, expires: 2025-06-01 }]\n';
  const waivers = parseWaivers(text, 'base:.profbound-waivers.yml');
  const measuredAfter = '2025-07-01T08:00:00Z';
  const judged = underBase(
    bundle({ startedAt: '2025-05-01T00:00:00Z' }),
    base(config(''), { waivers, measuredAfter }),
    [],
  );
  expect(judged.workloads[0]?.waivers).toMatchObject([{ max: 0.05, expires: '2025-06-01' }]);
  expect(judged.startedAt).toBe(measuredAfter);
  expect(judged.notes.join('\n')).toMatch(/waivers: 1 of them instead of none.*\n.*before its run began/s);
});

test('workloads: what base does not define is not judged, what the bundle lacks is said, what is not asked for is left out', () => {
  const other = { ...workload, name: 'other' };
  const defined = base(config('', ['api', 'batch']));
  const judged = underBase(bundle({}, workload, other), defined, []);
  expect(judged.workloads.map(({ name }) => name)).toEqual(['api']);
  expect(judged.notes).toEqual([
    'workload other is not in the configuration of main (0123456789ab): it was not judged',
    'workload batch was not measured: the bundle does not have it',
  ]);
  const asked = underBase(bundle({}, workload, other), { ...defined, workloads: ['api'] }, []);
  expect(asked.notes).toEqual([]);
});

test('a base without a configuration gates by the defaults', () => {
  const judged = underBase(
    bundle({}, { ...workload, policy: { ...workload.policy, totalMargin: 1 } }),
    base(null),
    [],
  );
  expect(judged.workloads[0]?.policy.totalMargin).toBe(0.02);
  expect(judged.notes[0]).toBe(
    'main (0123456789ab) has no configuration: the default margins were applied, not what the bundle says',
  );
});

test('notes stay within what a bundle may have', () => {
  const notes = Array.from({ length: 100 }, (_, index) => `note ${index}`);
  const judged = underBase(bundle({ notes }), base(config('')), ['x'.repeat(3000)]);
  expect(judged.notes).toHaveLength(100);
  expect(judged.notes[0]).toHaveLength(2000);
});
