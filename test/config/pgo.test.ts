import { describe, expect, test } from '@jest/globals';
import { parseConfig } from '../../src/config/file.js';
import { pgoPlansOf } from '../../src/config/pgo.js';
import { UsageError } from '../../src/errors.js';

const usual = { format: 'go', binary: 'bin/api', profile: 'default.pgo', rebuild: 'go build -o bin/api .' };
type Workload = Readonly<Record<string, unknown>>;

/** Workloads of batch programs, as JSON: a key a line, and what is within it on the same line. */
function file(workloads: Readonly<Record<string, Workload>>, more: Workload = {}) {
  const lines = Object.entries(workloads).map(
    ([name, workload]) => `  ${name}: ${JSON.stringify({ batch: './run', build: 'make', ...workload })}`,
  );
  const rest = Object.entries(more).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  const text = `version: 1\nworkloads:\n${lines.join('\n')}\n${rest.join('')}`;
  return { path: '.profbound.yml', text, config: parseConfig(text, '.profbound.yml') };
}

/** The message that is refused with. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error('was accepted');
}

describe('pgo:', () => {
  test('has defaults, and compares builds by their total alone, within the budget of the gate', () => {
    const [plan] = pgoPlansOf(file({ api: { pgo: usual } }, { gate: { budget: '3m', max_pairs: 12 } }), []);
    expect(plan).toMatchObject({
      ...usual,
      captures: 6,
      seconds: 10,
      floor: 5000,
      minGain: 0,
      onNoGain: 'keep',
    });
    expect(plan?.captured.map(({ name }) => name)).toEqual(['api']);
    expect(plan?.workload).toMatchObject({
      name: 'api',
      budgetSeconds: 180,
      mostPairs: 12,
      policy: { totalMargin: 0, minShare: 1 },
    });
  });

  test('takes a gain of 20 % of what is taken without a profile for a quarter of what is taken with it', () => {
    const [plan] = pgoPlansOf(file({ api: { pgo: { ...usual, min_gain: '20%', budget: '30s' } } }), []);
    expect(plan?.minGain).toBe(0.2);
    expect(plan?.workload.policy.totalMargin).toBeCloseTo(0.25, 12);
    expect(plan?.workload.budgetSeconds).toBe(30);
  });

  test('builds as build: does unless rebuild: says otherwise', () => {
    const { rebuild: _, ...pgo } = usual;
    expect(pgoPlansOf(file({ api: { pgo } }), [])[0]?.rebuild).toBe('make');
    const build = { command: 'make LAYOUT=${LAYOUT_SEED}', layouts: 8 };
    expect(refusal(() => pgoPlansOf(file({ api: { build, pgo } }), []))).toMatch(
      /^\.profbound\.yml:3:\d+: pgo needs rebuild: .*\$\{PGO_PROFILE\}; build: makes several code layouts$/,
    );
  });

  test('adds up the captures of several workloads', () => {
    const pgo = { ...usual, workloads: ['search', 'api'] };
    const [plan] = pgoPlansOf(file({ api: { pgo }, search: {} }), []);
    expect(plan?.captured.map(({ name }) => name)).toEqual(['search', 'api']);
    expect(refusal(() => pgoPlansOf(file({ api: { pgo: { ...usual, workloads: ['seach'] } } }), []))).toMatch(
      /^\.profbound\.yml:3:\d+: there is no workload seach; there are api$/,
    );
  });

  test('is asked for by name, or taken of all that have it', () => {
    const two = file({ api: { pgo: usual }, load: { pgo: { ...usual, profile: 'load.pgo' } }, plain: {} });
    const named = (...only: string[]) => pgoPlansOf(two, only).map(({ workload }) => workload.name);
    expect(named()).toEqual(['api', 'load']);
    expect(named('load')).toEqual(['load']);
    expect(refusal(() => named('plain'))).toMatch(/:5:3: workload plain has no pgo:$/);
    expect(refusal(() => named('nobody'))).toContain('has no workload nobody; it has api, load, plain');
    expect(refusal(() => pgoPlansOf(file({ plain: {} }), []))).toContain('no workload has pgo:');
  });

  test('writes no profile twice', () => {
    expect(refusal(() => pgoPlansOf(file({ api: { pgo: usual }, search: { pgo: usual } }), []))).toMatch(
      /:4:\d+: api and search both write default\.pgo: give one of them pgo\.workloads: \[api, search\]/,
    );
  });

  test.each([
    ['an unknown format', { format: 'msvc' }, /workloads\.api\.pgo\.format: .*"go"\|"llvm"\|"gcc"\|"bolt"/],
    ['a profile elsewhere', { profile: '../default.pgo' }, /pgo\.profile: a path relative to the folder/],
    ['a binary elsewhere', { binary: '/usr/bin/api' }, /pgo\.binary: a path relative to the folder/],
    ['one capture', { captures: 1 }, /pgo\.captures: Too small/],
    ['a gain of everything', { min_gain: '100%' }, /pgo\.min_gain: a gain is less than 100 %/],
    ['a misspelt key', { bianry: 'x' }, /unknown key bianry in workloads\.api\.pgo; did you mean binary\?/],
  ])('refuses %s', (_, change, message) => {
    expect(refusal(() => file({ api: { pgo: { ...usual, ...change } } }))).toMatch(message);
  });
});
