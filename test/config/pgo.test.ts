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
  });

  describe('compares builds in the code layouts', () => {
    const seeded = 'make LAYOUT=${LAYOUT_SEED}';
    const planned = (build: Workload | string, pgo: Workload = {}) => {
      const [plan] = pgoPlansOf(file({ api: { build, pgo: { ...usual, rebuild: seeded, ...pgo } } }), []);
      return { layouts: plan?.workload.layouts, rebuild: plan?.rebuild, relink: plan?.relink };
    };
    const linked = { command: 'make', relink: 'make link LAYOUT=${LAYOUT_SEED}', layouts: 24 };

    test('of build, as many but no more than 8, or as it is told', () => {
      const each = { rebuild: seeded, relink: null };
      expect(planned({ command: seeded, layouts: 4 })).toEqual({ layouts: 4, ...each });
      expect(planned({ command: seeded, layouts: 24 })).toEqual({ layouts: 8, ...each });
      expect(planned({ command: seeded, layouts: 24 }, { layouts: 12 })).toEqual({ layouts: 12, ...each });
      expect(planned('make', { layouts: 6 })).toEqual({ layouts: 6, ...each });
    });

    test('linked again as build is, or by a command of its own', () => {
      const rebuild = 'make PROFILE=${PGO_PROFILE}';
      expect(planned(linked, { rebuild })).toEqual({ layouts: 8, rebuild, relink: linked.relink });
      const relink = 'link ${LAYOUT_SEED}';
      expect(planned(linked, { rebuild, relink })).toEqual({ layouts: 8, rebuild, relink });
      // What has the seed itself is built for each.
      expect(planned(linked)).toEqual({ layouts: 8, rebuild: seeded, relink: null });
    });

    test('or in one, where there are no others', () => {
      const one = { layouts: 1, rebuild: 'make', relink: null };
      expect(planned('make', { rebuild: 'make' })).toEqual(one);
      expect(planned(linked, { rebuild: 'make', layouts: 1 })).toEqual(one);
      expect(planned(linked, { rebuild: 'make', format: 'bolt' })).toEqual(one);
    });

    test.each([
      [
        'rebuild does not use ${LAYOUT_SEED}, so that every layout would be the same build: hand it to the linker, for instance make LAYOUT=${LAYOUT_SEED}; layouts: 1 compares one build a side',
        { rebuild: 'make' },
      ],
      ['rebuild uses ${LAYOUT_SEED}, but beside relink it is run once', { relink: 'link ${LAYOUT_SEED}' }],
      ['rebuild uses ${LAYOUT_SEED} and has no layouts: say how many by layouts', { layouts: 1 }],
      ['relink is for several layouts', { rebuild: 'make', relink: 'link ${LAYOUT_SEED}', layouts: 1 }],
      ['layouts is 1 for bolt, whose profiles are of one build', { format: 'bolt', layouts: 4 }],
    ])('pgo.%s', (message, pgo) => {
      const text = refusal(() => planned({ command: seeded, layouts: 4 }, pgo));
      expect(text).toMatch(/^\.profbound\.yml:3:\d+: /);
      expect(text).toContain(`pgo.${message}`);
    });
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

  test('converts profiles for llvm alone', () => {
    const pgo = { ...usual, llvm_profdata: 'llvm-profdata-19' };
    expect(pgoPlansOf(file({ api: { pgo: { ...pgo, format: 'llvm' } } }), [])[0]?.llvmProfdata).toBe(
      'llvm-profdata-19',
    );
    expect(refusal(() => pgoPlansOf(file({ api: { pgo } }), []))).toMatch(
      /^\.profbound\.yml:3:\d+: llvm_profdata belongs to format: llvm$/,
    );
  });

  test('takes a profile from elsewhere, and then captures none', () => {
    const source = { pprof: 'https://profiles/api', headers: { Authorization: 'Bearer ${TOKEN}' } };
    const planned = (pgo: Workload) => pgoPlansOf(file({ api: { pgo: { ...usual, ...pgo } } }), []);
    expect(planned({ source })[0]).toMatchObject({ source, captured: [] });
    expect(planned({ source: { pprof: 'api.pprof' } })[0]?.source).toEqual({
      pprof: 'api.pprof',
      headers: {},
    });
    expect(planned({})[0]?.source).toBeNull();
    expect(refusal(() => planned({ source, captures: 6 }))).toMatch(
      /^\.profbound\.yml:3:\d+: pgo\.captures is of captures, and with source: none are taken/,
    );
    expect(refusal(() => planned({ source: { ...source, pprof: 'api.pprof' } }))).toMatch(
      /^\.profbound\.yml:3:\d+: headers belong to a URL$/,
    );
  });

  test.each(['default.pgo', './default.pgo'])('writes no profile twice: %s', (profile) => {
    const workloads = { api: { pgo: usual }, search: { pgo: { ...usual, profile } } };
    expect(refusal(() => pgoPlansOf(file(workloads), []))).toMatch(
      /:4:\d+: api and search both write \S*default\.pgo: give one of them pgo\.workloads: \[api, search\]/,
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
