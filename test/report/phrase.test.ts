import { describe, expect, test } from '@jest/globals';
import { consequence, headline, neededSentence, ownReasons, plain } from '../../src/report/phrase.js';
import type { Result } from '../../src/verdict/result.js';
import { aFunction, aResult, aWorkload, failing, faster, figure, slower, undecided } from './results.js';

const said = (result: Result): string => plain(headline(result));

describe('the verdict in one sentence', () => {
  test('a total that is proven slower, with the functions that did it', () => {
    expect(said(aResult([failing()]))).toBe(
      'Fail: CPU time per request of search grew by at least 4.0 %, more than the 2 % tolerated; proven slower: tokenize (src/lexer/tokenize.js:41); new in head: normalizeUnicode (src/search.js:12).',
    );
  });

  test('a function that is proven slower while the total is not', () => {
    const workload = aWorkload('api', { verdict: 'fail', functions: [aFunction('idle'), slower] });
    expect(said(aResult([workload, failing()]))).toBe(
      'Fail: tokenize (src/lexer/tokenize.js:41) takes at least 26.2 % more CPU time in api; 5 % more is tolerated of one function; 1 more workload fails too.',
    );
  });

  test('a function that is new', () => {
    const added = aFunction('normalize', {
      class: 'new',
      ratio: null,
      file: null,
      line: null,
      contribution: figure(0.011, 0.009, null),
    });
    expect(said(aResult([aWorkload('api', { verdict: 'fail', functions: [added] })]))).toBe(
      'Fail: normalize is new and adds at least 0.9 % to the CPU time in api; 5 % more is tolerated of one function.',
    );
  });

  test('a slowdown of everything names no single function', () => {
    const uniform = { code: 'uniform_slowdown', message: 'most functions slowed down alike' };
    const text = said(aResult([{ ...failing(), reasons: [uniform] }]));
    expect(text).toMatch(/; most functions slowed down alike\.$/);
    expect(text).not.toContain('tokenize');
  });

  test('passes', () => {
    const within = 'Pass: CPU time per request of api grew by at most 1.4 %, within the 2 % tolerated.';
    expect(said(aResult([aWorkload('api')]))).toBe(within);
    const quicker = aWorkload('api', { total: { ...figure(-0.08, -0.1, -0.061), margin: 0.02, mde: 0.01 } });
    expect(said(aResult([quicker]))).toBe('Pass: CPU time per request of api fell by at least 6.1 %.');
    expect(said(aResult([aWorkload('a'), quicker]))).toBe(
      'Pass: all 2 workloads stay within the growth of CPU time tolerated, none above +1.4 %.',
    );
  });

  test('passes with slowdowns that are waived, and with what got faster', () => {
    const waiver = {
      at: 'w:3:5',
      max: 0.4,
      reason: 'wanted',
      expires: '2030-06-30',
      status: 'waived',
    } as const;
    const quicker = (name: string) => aFunction(name, { ...faster, key: name, name });
    const functions = [aFunction('render'), { ...slower, waiver }, quicker('a'), quicker('b'), quicker('c')];
    expect(said(aResult([aWorkload('api', { functions })]))).toBe(
      'Pass: CPU time per request of api grew by at most 1.4 %, within the 2 % tolerated; slower, as waived: tokenize (src/lexer/tokenize.js:41); proven faster: a (src/http/headers.js:7), b (src/http/headers.js:7) and 1 more.',
    );
    const total = { ...aWorkload('api').total, upper: 0.042, margin: 0.05 };
    expect(said(aResult([aWorkload('api', { total, totalWaiver: { ...waiver, max: 0.05 } })]))).toBe(
      'Pass: CPU time per request of api grew by at most 4.2 %, within the 5 % waived until 2030-06-30.',
    );
    expect(said(aResult([aWorkload('a', { functions }), aWorkload('b')]))).toMatch(
      /^Pass: all 2 workloads stay within .*; slower, as waived: tokenize .*; proven faster: a/,
    );
  });

  test('undecided, with what would decide it', () => {
    expect(said(aResult([undecided()]))).toBe(
      'Inconclusive: CPU time per unit of checkout changed by +1.8 % (−0.4 % … +4.1 %): not proven to be within the 2 % tolerated, nor beyond it; about 3 min 20 s more of measuring may decide it.',
    );
  });

  test('a measurement that cannot be trusted says why instead of figures', () => {
    const invalid = undecided('api');
    const reasons = [{ code: 'units_differ', message: 'the sides did different work.' }];
    expect(said(aResult([{ ...invalid, reasons }]))).toBe('Inconclusive: api: the sides did different work.');
  });

  test('single captures say what their bounds are worth', () => {
    expect(said(aResult([undecided()], { design: 'unpaired' }))).toBe(
      'Inconclusive: two single captures were compared: the bounds hold within these two runs only, and other runs may differ by more.',
    );
  });

  test('nothing measured', () => {
    expect(said(aResult([], { verdict: 'inconclusive' }))).toBe('Inconclusive: nothing was measured.');
    const reasons = [{ code: 'no_workloads', message: 'no workload was measured' }];
    expect(said(aResult([], { verdict: 'inconclusive', reasons }))).toBe(
      'Inconclusive: no workload was measured.',
    );
  });
});

describe('remarks', () => {
  test('what follows from an inconclusive verdict is the configuration’s choice', () => {
    expect(consequence(aResult([failing()]))).toBeNull();
    expect(consequence(aResult([undecided()]))).toMatch(/warns/);
    expect(consequence(aResult([undecided()], { onInconclusive: 'fail' }))).toMatch(/stops/);
  });

  test('nothing follows from a comparison without pairs: no gate is involved', () => {
    expect(consequence(aResult([undecided()], { design: 'unpaired' }))).toBeNull();
  });

  test('a reason is said once', () => {
    const result = aResult([failing()]);
    expect(result.reasons).not.toHaveLength(0);
    expect(ownReasons(result)).toEqual([]);
    const other = { code: 'other', message: 'something else' };
    expect(ownReasons({ ...result, reasons: [...result.reasons, other] })).toEqual([other]);
  });

  test('needed time is said unless a reason says it', () => {
    expect(neededSentence(undecided())).toBeNull();
    expect(neededSentence({ ...undecided(), reasons: [] })).toBe(
      'About 3 min 20 s more of measuring may decide it.',
    );
    expect(neededSentence(failing())).toBeNull();
  });
});
