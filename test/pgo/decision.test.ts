/** What is decided of a profile, by what was found. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { comparisonOf } from '../../src/pgo/decision.js';
import { type PgoFormat, pgoFormats } from '../../src/pgo/formats.js';
import { type ProfileResult, pgoResultSchema } from '../../src/pgo/result.js';
import { aComparison, aPgoResult, aProfile, someSamples } from '../report/pgoResults.js';
import { aWorkload, figure } from '../report/results.js';

const last = {
  bytes: 48_000,
  sha256: '01d0'.repeat(16),
  match: { share: 0.98, findings: [] },
  isUsable: true,
  damage: null,
};
const codes = ({ reasons }: ProfileResult): string[] => reasons.map(({ code }) => code);

describe('a comparison', () => {
  test('is of what the other build takes: 25 % more are 20 % saved, and bounds stay on their side', () => {
    const total = { ...figure(0.25, 0.1, 1), margin: 0, mde: null };
    const { saving, isProven } = comparisonOf('none', aWorkload('api', { verdict: 'fail', total }));
    expect(saving.estimate).toBeCloseTo(0.2, 12);
    expect(saving.lower).toBeCloseTo(0.1 / 1.1, 12);
    expect(saving.upper).toBeCloseTo(0.5, 12);
    expect(isProven).toBe(true);
  });

  test('without bounds saves nothing that is known', () => {
    const total = { ...figure(0.25, null, null), margin: 0, mde: null };
    const found = comparisonOf('none', aWorkload('api', { verdict: 'inconclusive', total }));
    expect(found).toMatchObject({ isProven: false, saving: { lower: null, upper: null } });
  });
});

describe('a profile', () => {
  test('with a proven gain is published', () => {
    const profile = aProfile();
    expect(profile).toMatchObject({ decision: 'published' });
    expect(profile.reasons).toEqual([
      {
        code: 'gain_proven',
        message:
          'requests take 5.0 % (3.0 % … 6.5 %) less CPU time than without a profile, in 24 pairs over 8 builds a side',
      },
    ]);
    expect(pgoResultSchema.safeParse(aPgoResult([profile])).error).toBeUndefined();
  });

  test('whose bounds reach to nothing is kept out, with the figures', () => {
    const profile = aProfile({ comparisons: [aComparison('none', [0.02, -0.01, 0.05])] });
    expect(profile.decision).toBe('kept');
    expect(profile.reasons[0]).toEqual({
      code: 'no_gain',
      message:
        'the profile saves 2.0 % (−1.0 % … 4.8 %) of the CPU time per request, in 24 pairs over 8 builds a side, and that it saves any is not proven',
    });
  });

  test('that gains less than is asked for is kept out', () => {
    const comparisons = [aComparison('none', [0.02, 0.01, 0.03], 0.05)];
    const profile = aProfile({ comparisons, minGain: 0.05 });
    expect(codes(profile)).toEqual(['no_gain']);
    expect(profile.reasons[0]?.message).toContain('that it saves more than 5.0 % is not proven');
  });

  test('that makes the program slower is kept out, and said to', () => {
    const profile = aProfile({ comparisons: [aComparison('none', [-0.05, -0.09, -0.02])] });
    expect(codes(profile)).toEqual(['slower']);
  });

  test('whose comparison cannot be trusted is kept out, and says why', () => {
    const found = aComparison('none', [0.05, 0.03, 0.07]);
    const doubt = { code: 'other_load_differs', message: 'programs that were not measured took more' };
    const gate = { ...found.gate, verdict: 'inconclusive' as const, reasons: [doubt] };
    const profile = aProfile({ comparisons: [comparisonOf('none', gate)] });
    expect(codes(profile)).toEqual(['no_gain', 'other_load_differs']);
  });

  test('has to beat the last accepted one', () => {
    const gain = aComparison('none', [0.053, 0.031, 0.07]);
    const equal = aProfile({ last, comparisons: [gain, aComparison('last', [0.001, -0.01, 0.012])] });
    expect(equal.decision).toBe('kept');
    expect(equal.reasons[0]).toMatchObject({
      code: 'not_better_than_last',
      message: expect.stringMatching(/^compared with default\.pgo as it is, .*0\.1 % \(−1\.0 % … 1\.2 %\)/),
    });
    const better = aProfile({ last, comparisons: [gain, aComparison('last', [0.02, 0.01, 0.03])] });
    expect(codes(better)).toEqual(['gain_proven', 'better_than_last']);
  });

  test('of too few samples is not built with, and says how much longer to capture', () => {
    const samples = { ...someSamples, inBinary: 2000, neededSeconds: 90 };
    const nothing = { next: null, consumption: null, comparisons: [] };
    const profile = aProfile({ samples, ...nothing });
    expect(codes(profile)).toEqual(['too_few_samples']);
    expect(profile.reasons[0]?.message).toContain('capture 1 min 30 s more under the same load');
    const idle = aProfile({ samples: { ...samples, inBinary: 0, neededSeconds: null }, ...nothing });
    expect(idle.reasons[0]?.message).toContain('the load does not exercise it');
  });

  test('of too few samples from elsewhere asks for more there', () => {
    const samples = { ...someSamples, source: 'https://profiles/api', inBinary: 2000, neededSeconds: 90 };
    const nothing = { next: null, consumption: null, comparisons: [] };
    const [reason] = aProfile({ samples, ...nothing }).reasons;
    expect(reason?.message).toMatch(
      / of https:\/\/profiles\/api, .*: let it merge 1 min 30 s more \(pgo\.source\)$/,
    );
    const undated = { ...samples, seconds: 0, neededSeconds: null };
    expect(aProfile({ samples: undated, ...nothing }).reasons[0]?.message).toMatch(/: let it merge more \(/);
  });

  test('of which less than half finds its place in the program is not built with', () => {
    const match = { share: 0.49, findings: ['there is no function f'] };
    const profile = aProfile({ match, consumption: null, comparisons: [] });
    expect(profile.decision).toBe('kept');
    expect(codes(profile)).toEqual(['poor_match']);
    expect(profile.reasons[0]?.message).toMatch(/^49\.0 % of the profile's weight .* and 50\.0 % is needed/);
  });

  test.each([
    [
      'without one',
      { differFromNone: 0 },
      /all 6200 functions are as large with the profile as without, and the compiler says nothing of it/,
    ],
    ['by an empty one', { differFromEmpty: 0 }, /are as large with the profile as with an empty one/],
    [
      'where neither functions nor the compiler tell',
      { functions: 0, differFromNone: 0, differFromEmpty: 0 },
      /the program is stripped, so its functions cannot be compared, and the compiler says nothing of it \(\$\{PGO_REPORT\} asks it\)/,
    ],
    [
      'as its compiler says',
      { report: { isConsumed: false, said: 'no matching function' } },
      /^the compiler says no matching function: see that pgo\.rebuild hands \$\{PGO_PROFILE\}/,
    ],
  ])('that was not consumed is not compared: %s', (_, change, message) => {
    const consumption = {
      functions: 6200,
      differFromNone: 308,
      differFromEmpty: 307,
      report: null,
      ...change,
    };
    const profile = aProfile({ consumption, comparisons: [] });
    expect(codes(profile)).toEqual(['not_consumed']);
    expect(profile.reasons[0]?.message).toMatch(message);
  });

  test('whose build fails is kept out, with what was found until then', () => {
    const failure = { step: 'build' as const, message: 'the build of the program by the new profile failed' };
    const profile = aProfile({ failure, consumption: null, comparisons: [] });
    expect(profile.decision).toBe('kept');
    expect(profile.reasons).toEqual([{ code: 'build_failed', message: failure.message }]);
    const first = { next: null, samples: null, builds: [] };
    const nothing = aProfile({ ...first, failure, consumption: null, comparisons: [] });
    expect(codes(nothing)).toEqual(['build_failed']);
    expect(pgoResultSchema.safeParse(aPgoResult([profile, nothing])).error).toBeUndefined();
  });

  test('that could not be measured is kept out, also where it is proven to be better than none', () => {
    const failure = { step: 'measure' as const, message: 'the service of api (head) ended' };
    expect(aProfile({ last, failure })).toMatchObject({
      decision: 'kept',
      reasons: [{ code: 'not_measured', message: failure.message }],
    });
  });

  test('has nobody to beat where the last accepted one is damaged', () => {
    const damage = 'default.pgo is empty: there is no profile in it';
    const profile = aProfile({ last: { ...last, match: null, isUsable: false, damage } });
    expect(profile.decision).toBe('published');
    expect(codes(profile)).toEqual(['gain_proven', 'last_is_damaged']);
    expect(profile.reasons[1]?.message).toContain(damage);
  });

  test.each(['go', 'bolt'] as const)(
    'for %s compared in one build a side says what the bounds are of',
    (format) => {
      const found = aComparison('none', [0.053, 0.031, 0.07]);
      const gate = { ...found.gate, layouts: null };
      const profile = aProfile({ format, comparisons: [comparisonOf('none', gate)] });
      expect(codes(profile)).toEqual(['gain_proven', 'one_layout']);
      expect(profile.reasons[0]?.message).toMatch(/in 24 pairs$/);
      const message = 'one build a side was compared: the bounds hold for these programs';
      expect(profile.reasons[1]?.message).toContain(message);
      // BOLT's profiles are of one build: there is nothing to set.
      expect(profile.reasons[1]?.message.includes('pgo.layouts')).toBe(format === 'go');
    },
  );

  test.each([
    ['whose code is in another order', 6200],
    ['that were stripped', 0],
  ])('was consumed where its compiler says so, of functions %s', (_, functions) => {
    const report = { isConsumed: true, said: '12 hot calls inlined' };
    const profile = aProfile({ consumption: { functions, differFromNone: 0, differFromEmpty: 0, report } });
    expect(codes(profile)).toEqual(['gain_proven']);
  });

  test('of BOLT is not compared with one of another build, which BOLT would take for its own', () => {
    const profile = aProfile({ format: 'bolt', last: { ...last, match: null, isUsable: false } });
    expect(profile.decision).toBe('published');
    expect(codes(profile)).toEqual(['gain_proven', 'last_is_stale']);
  });

  test('is looked at again where halves differ, lines are missing, or the last one is stale', () => {
    const stale = { ...last, match: { share: 0.6, findings: [] } };
    const gain = aComparison('none', [0.053, 0.031, 0.07]);
    const profile = aProfile({
      last: stale,
      comparisons: [gain, aComparison('last', [0.02, 0.01, 0.03])],
      stability: { similarity: 0.3 },
      match: { share: 0.7, findings: ['there is no function f'] },
      next: { bytes: 1, sha256: last.sha256, functions: 1, describedShare: 0.5 },
    });
    expect(profile.decision).toBe('published');
    expect(codes(profile).slice(2)).toEqual([
      'captures_differ',
      'poor_match',
      'last_is_stale',
      'few_described',
    ]);
  });
});

test('every reason there is has a row in docs/pgo.md, and every row a reason', () => {
  const written = readFileSync('docs/pgo.md', 'utf8').matchAll(/^\| `([a-z_]+)` \|/gm);
  const known = [...written]
    .map(([, code]) => code)
    .filter((code) => !pgoFormats.includes(code as PgoFormat));
  const said = readFileSync('src/pgo/decision.ts', 'utf8').matchAll(/'([a-z]+(?:_[a-z]+)+|slower)'/g);
  expect(known.sort()).toEqual([...new Set([...said].map(([, code]) => code))].sort());
});
